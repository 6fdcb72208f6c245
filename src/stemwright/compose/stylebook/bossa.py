"""Bossa nova and soft Latin: the clave on the rim, a heartbeat kick, root and fifth, syncopated ninths."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

_HAT = "x.s.x.s.x.s.x.s."

STYLE = Style(
    name="bossa",
    bpm=(112, 148),
    swing=Fraction(1, 2),
    grooves={
        "sparse": (
            Groove({"closed_hat": "s.s.s.s.s.s.s.s.", "kick": "x.......x......."}),
            Groove({"percussion": "s.s.s.s.s.s.s.s.", "rim": "x.....x.....x.......x.....x....."}),
        ),
        "verse": (
            Groove(
                {"kick": "x.....s.x.....s.", "rim": "x.....x.....x.......x.....x.....", "closed_hat": _HAT}
            ),
            Groove(
                {"kick": "x.....s.x.....s.", "rim": "....x.....x.....x.....x.....x...", "closed_hat": _HAT}
            ),
        ),
        "chorus": (
            Groove(
                {
                    "kick": "X.....x.X.....x.",
                    "rim": "X.....X.....X.......X.....X.....",
                    "ride": _HAT,
                    "pedal_hat": "....x.......x...",
                }
            ),
            Groove(
                {
                    "kick": "X.....x.X.....x.",
                    "rim": "X.....X.....X.......X.....X.....",
                    "closed_hat": _HAT,
                    "percussion": "..s.s...s.s...s.",
                    "low_tom": "............s.s.",
                }
            ),
        ),
    },
    bass={
        "sparse": ("1-------5-------",),
        "verse": ("1-----5-5-----1-", "1-----1-5-----5-"),
        "chorus": ("1-----5-5-----a-", "1-----5-8-----5-", "1---..5-5-..5-a-"),
    },
    comps={
        "sparse": (Comp("x-------x-------"), Comp("x-x-x-x-x-x-x-x-", "arp")),
        "verse": (Comp("x-....x---x-....x-....x---....x-"), Comp("x-..x-....x-..x-....x---..x-....")),
        "chorus": (Comp("x-..x-..x-....x-..x-..x---..x-.."), Comp("..x-..x-....x-..x-..x-....x-..x-")),
    },
    motifs=(
        "x-----x-x---x-x-",
        "..x-..x-x-------",
        "x---x-----x-x---",
        "..x-x-x-----x---",
        "x-----x---x---..",
        "....x-x---x-x---",
    ),
    major=(
        "1:maj7 | 2:7 | 2:m7 | 5:7",
        "1:maj7 | 6:m7 | 2:m7 | 5:9",
        "1:maj9 | 1:maj9 | 2:m9 | 5:9",
        "4:maj7 | 5:7 | 3:m7 | 6:m7",
        "1:6 | b3:dim7 | 2:m7 | 5:7",
    ),
    minor=(
        "1:m7 | 4:m7 | 2:m7b5 | 5:7",
        "1:m6 | 2:m7b5 | 5:7 | 1:m6",
        "1:m9 | 7:7 | 6:maj7 | 5:7",
        "4:m7 | 7:9 | 3:maj7 | 6:maj7",
    ),
    cadences=("2:* 5:7", "5:9", "2:* b2:7", "5:7"),
    color="seventh",
    colored=45,
    fills=("r.r.r.ll", "..r.rr.l", "r..r..l.", "s.s.h.l."),
    crash="ride",
    triple="B",
    bass_gate=92,
    comp_gate=85,
    leaps=18,
    loose=1,
    lean={"lead": 1},
)
