"""Blues: twelve bars of dominant sevenths, a shuffle, boogie bass, call and answer."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

_TWELVE = "1:7 | 1:7 | 1:7 | 1:7 | 4:7 | 4:7 | 1:7 | 1:7 | 5:7 | 4:7 | 1:7 | 5:7"
_QUICK = "1:7 | 4:7 | 1:7 | 1:7 | 4:7 | 4:7 | 1:7 | 1:7 | 5:7 | 4:7 | 1:7 4:7 | 1:7 5:7"

STYLE = Style(
    name="blues",
    bpm=(72, 132),
    swing=Fraction(16, 25),
    grooves={
        "sparse": (Groove({"closed_hat": "x...x...x...x...", "kick": "x.......x......."}),),
        "verse": (
            Groove(
                {"kick": "X.......X.....x.", "snare": "....X.......X...", "closed_hat": "x.s.x.s.x.s.x.s."}
            ),
            Groove({"kick": "X.....x.X.......", "snare": "....X.g.....X.g.", "ride": "x.s.x.s.x.s.x.s."}),
        ),
        "chorus": (
            Groove({"kick": "X...x...X...x.x.", "snare": "....X.g...g.X.g.", "ride": "X.x.X.x.X.x.X.x."}),
            Groove({"kick": "X.....x.X.....x.", "snare": "....X.......X.g.", "open_hat": "x...x...x...x..."}),
        ),
    },
    bass={
        "sparse": ("1-------1---5---",),
        "verse": ("1---3---5---6---", "1-1-3-3-5-5-6-5-", "1---1-1-5---6-5-"),
        "chorus": ("1-1-3-3-5-5-6-a-", "1---3---5-5-6-a-", "8---7---6---5-a-"),
    },
    comps={
        "sparse": (Comp("x---------------"),),
        "verse": (Comp("x-....x-....x-.."), Comp("..x---..x-..x---"), Comp("x-x-x-x-x-x-x-x-", "stab")),
        "chorus": (Comp("..x-..x-..x-..x-", "stab"), Comp("x-..x-x-..x-x-..")),
    },
    motifs=(
        "..x-x-x-x---....",
        "x-x-x---x-------",
        "x---..x-x-x-x---",
        "..x-x-x-x-x-x---",
        "....x-x-x-----..",
    ),
    major=(_TWELVE, _QUICK, "1:7 | 4:7 | 1:7 | 5:7"),
    minor=(
        "1:m7 | 4:m7 | 1:m7 | 1:m7 | 4:m7 | 4:m7 | 1:m7 | 1:m7 | 6:7 | 5:7 | 1:m7 | 5:7",
        "1:m7 | 1:m7 | 4:m7 | 1:m7",
    ),
    cadences=("5:7", "5:7 4:7", "5:7"),
    color="seventh",
    colored=10,
    fills=("s.sss.ss", "..s.h.l.", "s.sh.hl.", "ssssssss"),
    triple="B",
    bass_lock=10,
    bass_gate=88,
    comp_gate=80,
    pentatonic=True,
    leaps=20,
    loose=2,
    lean={"lead": 2, "snare": 1},
    ghosts=10,
)
