"""Funk: everything on the one, sixteenth hats, ghost notes, clipped ninth chords, slapping octaves."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

STYLE = Style(
    name="funk",
    bpm=(92, 116),
    swing=Fraction(13, 25),
    grooves={
        "sparse": (
            Groove({"kick": "X.........x.....", "rim": "....x.......x...", "closed_hat": "x.s.x.s.x.s.x.s."}),
        ),
        "verse": (
            Groove(
                {"kick": "X.x.......x..x..", "snare": "....X..g.g..X..g", "closed_hat": "xsxsxsxsxsxsxsxs"}
            ),
            Groove(
                {"kick": "X..x......x..x..", "snare": "....X..g.g.gX...", "closed_hat": "x.s.x.s.x.s.x.s."}
            ),
            Groove(
                {"kick": "X.....x..x..x...", "snare": "....X..g.g..X.g.", "closed_hat": "xsxsxsxsxsxsxs.."}
            ),
        ),
        "chorus": (
            Groove(
                {
                    "kick": "X..x..x...x.x...",
                    "snare": "....X..g.g.gX..g",
                    "closed_hat": "xsxsxs..xsxsxs..",
                    "open_hat": "......x.......x.",
                }
            ),
            Groove(
                {
                    "kick": "X.x..x....xx.x..",
                    "snare": "....X..g.g..X..g",
                    "ride": "x.s.x.s.x.s.x.s.",
                    "clap": "....s.......s...",
                }
            ),
        ),
    },
    bass={
        "sparse": ("1-..........8.7.", "1-........1-..a."),
        "verse": ("1-.1..8g..1.7.8.", "1-.8.g1...7.1.a.", "1..1..g8..71.5a."),
        "chorus": ("1-81.g8.1.7.81a.", "1-.1.87.51.g8.a.", "1.8.1.8.7.8.5.a."),
    },
    comps={
        "sparse": (Comp("X-----------x...", "stab"),),
        "verse": (
            Comp("..x..x....x..x..", "stab"),
            Comp("....x.......x.x.", "stab"),
            Comp("x..x......x..s..", "stab"),
        ),
        "chorus": (Comp("X.sx..x...sx..x.", "stab"), Comp("x..x..x..x..x.x.", "stab")),
    },
    motifs=(
        "x.x..xx-..x-....",
        "..x-.xx-x---....",
        "x--x..x-x.x-x---",
        "....xx.xx--x----",
        "x-.x-.x-x-------",
    ),
    major=("1:9", "1:9 | 4:9", "1:7 | 1:7 | 4:9 | 1:9", "2:m7 | 5:9", "1:maj7 | 2:m7 | 3:m7 | 2:m7"),
    minor=("1:m7 | 4:9", "1:m9", "1:m7 | 1:m7 | 4:7 | 5:7", "6:maj7 | 5:m7 | 1:m9 | 1:m9"),
    cadences=("5:9", "4:9 5:7sus4", "5:7sus4", "b6:7 5:7"),
    color="seventh",
    colored=35,
    fills=("s.ss.ss.", ".ss.ssk.", "ss.sh.ml", "s.gsk.ss", "....s.ss.sh.m.l."),
    bass_lock=60,
    bass_gate=72,
    comp_gate=55,
    lead_gate=80,
    pentatonic=True,
    leaps=18,
    loose=1,
    lean={"snare": 1, "bass": 1},
    ghosts=28,
)
