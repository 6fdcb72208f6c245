"""Rock: driving eighths, power on two and four, riffs on the flat seventh."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

STYLE = Style(
    name="rock",
    bpm=(96, 156),
    swing=Fraction(1, 2),
    grooves={
        "sparse": (
            Groove({"kick": "X.......X.......", "closed_hat": "x...x...x...x..."}),
            Groove(
                {"kick": "X.......X.x.....", "snare": "............x...", "closed_hat": "x.s.x.s.x.s.x.s."}
            ),
        ),
        "verse": (
            Groove(
                {"kick": "X.......X.x.....", "snare": "....X.......X...", "closed_hat": "X.x.X.x.X.x.X.x."}
            ),
            Groove(
                {"kick": "X.x.....x.x.....", "snare": "....X.......X...", "closed_hat": "X.x.X.x.X.x.X.x."}
            ),
            Groove({"kick": "X.....x.X.x.....", "snare": "....X.......X..g", "open_hat": "x...x...x...x..."}),
        ),
        "chorus": (
            Groove({"kick": "X.x...x.X.x...x.", "snare": "....X.......X...", "ride": "X.x.X.x.X.x.X.x."}),
            Groove({"kick": "X..xx.x.X..x..x.", "snare": "....X.......X...", "open_hat": "X...X...X...X..."}),
            Groove({"kick": "X.x...x.x.x.....", "snare": "....X..g....X...", "crash": "s...s...s...s..."}),
        ),
    },
    bass={
        "sparse": ("1-------1-------", "1-1-1-1-1-1-1-1-"),
        "verse": ("1-1-1-1-1-1-1-1-", "1-1-..1-1-1-..a-", "1---1-1-1---1-5-"),
        "chorus": ("1-1-1-1-1-1-1-a-", "1-1-1-8-1-1-5-a-", "1-1-1-1-1-1-8-7-"),
    },
    comps={
        "sparse": (Comp("X---------------"), Comp("x-x-x-x-x-x-x-x-", "stab")),
        "verse": (Comp("x-x-x-x-x-x-x-x-", "stab"), Comp("X-----x-x-------"), Comp("X-x-..x-X-x-....")),
        "chorus": (Comp("X-x-x-x-X-x-x-x-"), Comp("X---x-x-X---x-x-"), Comp("X--x--x-X-x-x-x-")),
    },
    motifs=(
        "x-x-x-x-x---....",
        "x--x--x-x-------",
        "..x-x-x-x-x-x---",
        "x---x---x-x-x---",
        "xxx-x-x-x-------",
        "....x-x-x-x-x-x-",
    ),
    major=(
        "1 | b7 | 4 | 1",
        "1 | 4 | 5 | 4",
        "1 | 5 | 4 | 4",
        "6 | 4 | 1 | 5",
        "1 | 3 | 4 | 5",
        "1 | b7 | b6 | b7",
    ),
    minor=("1 | 7 | 6 | 7", "1 | 3 | 7 | 4:", "1 | 6 | 7 | 1", "1 | 4 | 6 | 7"),
    cadences=("5", "4 5", "b7 4", "5:sus4 5:"),
    colored=4,
    fills=("sssshhmm", "s.s.hhll", "hhmmllll", "sssshhhhmmmmllll", "ss.sk.ll", "shml"),
    bass_lock=45,
    bass_gate=86,
    comp_gate=88,
    pentatonic=True,
    leaps=20,
    loose=1,
    ghosts=6,
)
