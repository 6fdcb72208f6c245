"""Pop: four-chord loops, straight eighths, a kick that pushes the chorus."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

STYLE = Style(
    name="pop",
    bpm=(88, 128),
    swing=Fraction(1, 2),
    grooves={
        "sparse": (
            Groove({"kick": "X.......x.......", "closed_hat": "s...s...s...s..."}),
            Groove({"kick": "X.......x.......", "rim": "....s.......s...", "closed_hat": "s...s...s...s..."}),
        ),
        "verse": (
            Groove(
                {"kick": "X.......X.x.....", "snare": "....X.......X...", "closed_hat": "x.s.x.s.x.s.x.s."}
            ),
            Groove(
                {"kick": "X......xX.......", "snare": "....X.......X...", "closed_hat": "x.s.x.s.x.s.x.s."}
            ),
            Groove(
                {"kick": "X.....x...x.....", "snare": "....X.......X...", "closed_hat": "x.s.x.sgx.s.x.s."}
            ),
        ),
        "chorus": (
            Groove(
                {
                    "kick": "X..x..x.X..x....",
                    "snare": "....X.......X..g",
                    "closed_hat": "x.x.x.x.x.x.x...",
                    "open_hat": "..............x.",
                }
            ),
            Groove(
                {
                    "kick": "X.x...x.X.x.....",
                    "snare": "....X.......X...",
                    "clap": "....x.......x...",
                    "ride": "x.s.x.s.x.s.x.s.",
                }
            ),
            Groove(
                {
                    "kick": "X...x...X...x...",
                    "snare": "....X.......X...",
                    "closed_hat": "x...x...x...x...",
                    "open_hat": "..x...x...x...x.",
                    "clap": "....x.......x...",
                }
            ),
        ),
    },
    bass={
        "sparse": ("1---------------", "1-------1-------"),
        "verse": ("1-----1-1-1-----", "1------11-----5-", "1---1---1---1-a-"),
        "chorus": ("1-1-1-1-1-1-1-a-", "1--1--1-1--1--8-", "1-1-8-1-1-1-8-a-"),
    },
    comps={
        "sparse": (Comp("X---------------"), Comp("x-x-x-x-x-x-x-x-", "arp")),
        "verse": (Comp("X-------x-------"), Comp("X---s---x---s---"), Comp("x-x-x-x-x-x-x-x-", "arp")),
        "chorus": (Comp("X--x--x-X--x--x-"), Comp("X-x-x-x-X-x-x-x-"), Comp("X-----x-X-----x-")),
    },
    motifs=(
        "x-x-x---..x-x---",
        "..x-x-x-x-----..",
        "x---x-x-x-------",
        "..x-x-x-x-x-x---",
        "x--x--x-x---....",
        "x-x-x-x-x---x---",
    ),
    major=(
        "1 | 5 | 6 | 4",
        "6 | 4 | 1 | 5",
        "1 | 4 | 6 | 5",
        "4 | 5 | 3 | 6",
        "1 | 3 | 4 | 5",
        "1 | 6 | 4 | 5",
    ),
    minor=("1 | 6 | 3 | 7", "1 | 4 | 6 | 5:", "6 | 7 | 1 | 1", "1 | 7 | 6 | 7"),
    cadences=("4 5", "5:sus4 5:", "5", "2 5"),
    colored=18,
    fills=("....ssss", "..sss.hl", "s.ss.hml", "....s.sshhmmllll", "ssssssss", "k..sk.ss"),
    bass_lock=55,
    ghosts=8,
)
