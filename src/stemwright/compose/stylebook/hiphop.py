"""Hip-hop: heavy sparse kicks, a snare behind the beat, rolling hats, long low notes, dark loops."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

STYLE = Style(
    name="hiphop",
    bpm=(72, 98),
    swing=Fraction(14, 25),
    grooves={
        "sparse": (
            Groove({"kick": "X.........x.....", "closed_hat": "x.x.x.x.x.x.x.x."}),
            Groove({"snare": "....x.......x...", "closed_hat": "x...x...x...x..."}),
        ),
        "verse": (
            Groove(
                {"kick": "X.....x...x.....", "snare": "....X.......X...", "closed_hat": "x.x.x.x.x.x.x.x."}
            ),
            Groove(
                {"kick": "X..x......x..x..", "snare": "....X.......X..g", "closed_hat": "x.s.x.s.x.s.x.s."}
            ),
            Groove(
                {"kick": "X.x....x..x.....", "snare": "....X.......X...", "closed_hat": "x.xsx.x.x.x.x.xs"}
            ),
        ),
        "chorus": (
            Groove(
                {
                    "kick": "X..x..x...x..x..",
                    "snare": "....X.......X...",
                    "clap": "....x.......x...",
                    "closed_hat": "x.xxx.x.x.xxx.xx",
                    "open_hat": "..............s.",
                }
            ),
            Groove(
                {
                    "kick": "X.....xx..x..x..",
                    "snare": "....X.......X.g.",
                    "closed_hat": "xxx.x.xxx.x.xxxx",
                    "percussion": "......s.......s.",
                }
            ),
        ),
    },
    bass={
        "sparse": ("1---------------",),
        "verse": ("1-----1---1-----", "1--1------1--5--", "1-----..--1---a-"),
        "chorus": ("1--1--1---1--8--", "1-----11--1--a--", "1---..8---1--7--"),
    },
    comps={
        "sparse": (Comp("X---------------"), Comp("x---x---x---x---", "arp")),
        "verse": (
            Comp("X-----x---------"),
            Comp("x---x---x---x---", "arp"),
            Comp("X---....x---....", "stab"),
        ),
        "chorus": (Comp("X-----x---x-----"), Comp("x-x-x-x-x-x-x-x-", "arp"), Comp("x--x--x---x-----")),
    },
    motifs=(
        "x-x-..x-x---....",
        "..x-x---..x-x---",
        "x--x--x---......",
        "x-x-x-----x-x---",
        "....x-x-x-x-----",
    ),
    major=("1:maj7 | 6:m7", "4:maj7 | 3:m7 | 2:m7 | 1:maj7", "6:m7 | 4:maj7 | 1 | 5", "2:m7 | 3:m7"),
    minor=("1 | 6", "1:m7 | 4:m7", "1 | 1 | 6 | 5:", "1 | 7 | 6 | 5:", "6:maj7 | 5:m7 | 1:m9 | 1:m9"),
    cadences=("5", "b7", "5:m7", "4 5:"),
    colored=25,
    fills=("....s.ss", "k.s.k.ss", "......ss", "..s..s.s", "ppp.p.pp"),
    bass_lock=35,
    bass_gate=98,
    comp_gate=92,
    pentatonic=True,
    leaps=12,
    loose=2,
    lean={"snare": 2, "clap": 2, "bass": 1, "lead": 2},
    ghosts=10,
)
