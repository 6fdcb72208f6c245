"""Reggae: the one drop, the skank on every offbeat, bass that leaves the first beat free."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

STYLE = Style(
    name="reggae",
    bpm=(66, 92),
    swing=Fraction(14, 25),
    grooves={
        "sparse": (
            Groove({"rim": "........x.......", "closed_hat": "..s...s...s...s."}),
            Groove({"kick": "........x.......", "closed_hat": "s.x.s.x.s.x.s.x."}),
        ),
        "verse": (
            Groove({"kick": "........X.......", "rim": "........X.....s.", "closed_hat": "s.x.s.x.s.x.s.x."}),
            Groove({"kick": "........X.......", "rim": "...s....X..s....", "closed_hat": "s.x.s.x.s.x.s.xs"}),
        ),
        "chorus": (
            Groove(
                {"kick": "X...X...X...X...", "snare": "........X.......", "closed_hat": "s.x.s.x.s.x.s.x."}
            ),
            Groove(
                {
                    "kick": "X.....x.X.......",
                    "snare": "........X......g",
                    "closed_hat": "s.x.s.x.s.x.s...",
                    "open_hat": "..............x.",
                }
            ),
        ),
    },
    bass={
        "sparse": ("..1---..5---....",),
        "verse": ("..1-3-5-..1---..", "....1-1-3-5-....", "..1-1---..5-3-1-", "..1---3-5---..a-"),
        "chorus": ("1---..1-3-5-8---", "1-1-..3-5-..1-a-", "..1-1-3-5-5-8-5-"),
    },
    comps={
        "sparse": (Comp("..x...x...x...x.", "stab"),),
        "verse": (Comp("..x...x...x...x.", "stab"), Comp("..x...x...x...xs", "stab")),
        "chorus": (Comp("..Xs..Xs..Xs..Xs", "stab"), Comp("..X..sX...X..sX.", "stab")),
    },
    motifs=(
        "..x-x-x-x-----..",
        "x---..x-x-x-....",
        "..x-x---x-x-x---",
        "....x-x-x---....",
        "x-x-x---......x-",
    ),
    major=("1 | 4", "1 | 5 | 6 | 4", "1 | 2 | 5 | 1", "1 | 4 | 5 | 4", "1 | 6 | 2 | 5"),
    minor=("1 | 4", "1 | 7", "1 | 6 | 7 | 1", "1 | 4 | 7 | 3", "1 | 5"),
    cadences=("5", "4 5", "b7 5"),
    colored=10,
    fills=("r.rr.rll", "s.sss.hl", "..sssshh", "ss.ss.l.", "h.hm.ml."),
    triple="B",
    bass_lock=0,
    bass_gate=90,
    comp_gate=45,
    lead_gate=88,
    pentatonic=True,
    leaps=14,
    loose=2,
    lean={"bass": 1, "rim": 1, "lead": 1},
)
