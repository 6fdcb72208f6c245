"""Metal: gallops and double kick, power chords, riffs low on the root, melodies in minor."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

STYLE = Style(
    name="metal",
    bpm=(120, 184),
    swing=Fraction(1, 2),
    grooves={
        "sparse": (
            Groove(
                {"kick": "X.......X.......", "crash": "x...............", "closed_hat": "x...x...x...x..."}
            ),
            Groove({"kick": "X.xxX.xxX.xxX.xx", "closed_hat": "x...x...x...x..."}),
        ),
        "verse": (
            Groove(
                {"kick": "X.xxX.xxX.xxX.xx", "snare": "....X.......X...", "closed_hat": "X...X...X...X..."}
            ),
            Groove({"kick": "X.xxx.x.X.xxx.x.", "snare": "....X.......X...", "ride": "X.x.X.x.X.x.X.x."}),
            Groove({"kick": "X..xx..xx..xx.x.", "snare": "........X.......", "open_hat": "X...X...X...X..."}),
        ),
        "chorus": (
            Groove({"kick": "XxxxXxxxXxxxXxxx", "snare": "....X.......X...", "crash": "x...x...x...x..."}),
            Groove({"kick": "XxxxXxxxXxxxXxxx", "snare": "........X.......", "bell": "X...X...X...X..."}),
            Groove({"kick": "X.x.X.x.X.x.X.x.", "snare": "..X...X...X...X.", "ride": "x.x.x.x.x.x.x.x."}),
        ),
    },
    bass={
        "sparse": ("1---------------", "1.111.111.111.11"),
        "verse": ("1.111.111.111.11", "1.11111.1.11111.", "1..11..11..11.a."),
        "chorus": ("1-1-1-1-1-1-1-a-", "1111111111111111", "1-111-111-118-7-"),
    },
    comps={
        "sparse": (Comp("X---------------"), Comp("X-------X-------")),
        "verse": (
            Comp("X.xxX.xxX.xxX.xx", "stab"),
            Comp("X.xxx.x.X.xxx.x.", "stab"),
            Comp("X..xx..xx..xx.x.", "stab"),
        ),
        "chorus": (Comp("X---X---X---X---"), Comp("X-------X---x-x-"), Comp("X-x-x-x-X-x-x-x-")),
    },
    motifs=(
        "x-xxx-xxx-x-x---",
        "xxxxx-x-x-------",
        "x---x---x---x-x-",
        "x-x-x-x-xxxxx---",
        "x--x--x-x--x--x-",
    ),
    major=("1 | b6 | b7 | 1", "6 | 4 | 1 | 5", "1 | b3 | b7 | 4", "1 | 5 | 6 | 4"),
    minor=("1 | 6 | 7 | 1", "1 | b2 | 1 | 7", "1 | 6 | 3 | 7", "1 | 4 | 6 | 5:", "1 | 1 | 6 | 7"),
    cadences=("5", "b6 b7", "b2", "b7"),
    color="power",
    fills=("sssshhhhmmmmllll", "kkskkskk", "hhmmllkk", "ssssssss", "skkhkkml"),
    bass_lock=70,
    bass_gate=78,
    comp_gate=70,
    lead_gate=92,
    leaps=20,
    loose=0,
)
