"""House: four on the floor, open hats between, offbeat octave bass, minor-seventh stabs."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

_FLOOR = "X...X...X...X..."

STYLE = Style(
    name="house",
    bpm=(118, 130),
    swing=Fraction(13, 25),
    grooves={
        "sparse": (
            Groove({"kick": _FLOOR}),
            Groove({"kick": _FLOOR, "closed_hat": "..s...s...s...s."}),
        ),
        "verse": (
            Groove({"kick": _FLOOR, "clap": "....x.......x...", "closed_hat": "..x...x...x...x."}),
            Groove({"kick": _FLOOR, "clap": "....x.......x...", "open_hat": "..x...x...x...x."}),
            Groove(
                {
                    "kick": _FLOOR,
                    "closed_hat": "s.xss.xss.xss.xs",
                    "clap": "....x.......x...",
                    "percussion": "...s..s....s..s.",
                }
            ),
        ),
        "chorus": (
            Groove(
                {
                    "kick": _FLOOR,
                    "clap": "....X.......X...",
                    "open_hat": "..X...X...X...X.",
                    "closed_hat": "xs.sxs.sxs.sxs.s",
                }
            ),
            Groove(
                {
                    "kick": _FLOOR,
                    "clap": "....X.......X..s",
                    "open_hat": "..X...X...X...X.",
                    "ride": "x...x...x...x...",
                    "percussion": "s..s..s...s.s...",
                }
            ),
        ),
    },
    bass={
        "sparse": ("..1-..1-..1-..1-",),
        "verse": ("..1-..1-..1-..8-", "..11..1...11..8.", "1..1..1...1..18."),
        "chorus": ("1.8.1.8.1.8.1.8.", "..18..18..18..18", "1.811.811.811.8a"),
    },
    comps={
        "sparse": (Comp("X---------------"), Comp("x--x--x---------", "stab")),
        "verse": (
            Comp("x..x..x...x..x..", "stab"),
            Comp("..x...x...x...x.", "stab"),
            Comp("X-------X-------"),
        ),
        "chorus": (
            Comp("X..X..X..X..X.X.", "stab"),
            Comp("x.xx..x.x.xx..x.", "stab"),
            Comp("..X-..X-..X-..X-", "stab"),
        ),
    },
    motifs=(
        "x..x..x..x..x.x.",
        "x-x-..x-x-..x-..",
        "..x-..x-..x-x---",
        "x--x--x---..x-x-",
        "x.xx..x.x.......",
        "x---x---x--x--x-",
    ),
    major=(
        "6:m7 | 4:maj7",
        "4:maj7 | 5 | 6:m7 | 3:m7",
        "1:maj7 | 3:m7 | 6:m7 | 4:maj7",
        "2:m7 | 5 | 1:maj7 | 6:m7",
    ),
    minor=("1:m7 | 6:maj7 | 3:maj7 | 7", "1:m7", "1:m7 | 4:m7", "6:maj7 | 7 | 1:m7 | 1:m7", "1:m7 | 5:m7"),
    cadences=("b7", "5:m7", "4 5", "b6 b7"),
    color="seventh",
    colored=15,
    fills=("pppppppp", "..p.p.pp", "s.s.ssss", "s...s...s.s.ssss", "..p..p.p"),
    bass_lock=0,
    bass_gate=68,
    comp_gate=60,
    lead_gate=75,
    pentatonic=True,
    leaps=14,
    loose=0,
)
