"""Jazz: swung ride and hi-hat on two and four, walking bass, rootless comping off the beat, ii-V-I."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

STYLE = Style(
    name="jazz",
    bpm=(104, 208),
    swing=Fraction(16, 25),
    grooves={
        "sparse": (
            Groove({"ride": "x...x...x...x...", "pedal_hat": "....x.......x..."}),
            Groove({"closed_hat": "x...x.s.x...x.s.", "kick": "g.......g......."}),
        ),
        "verse": (
            Groove(
                {
                    "ride": "x...X.s.x...X.s.",
                    "pedal_hat": "....x.......x...",
                    "kick": "g...g...g...g...",
                    "snare": "......g.......g.",
                }
            ),
            Groove(
                {
                    "ride": "x...X.s.x...X.s.",
                    "pedal_hat": "....x.......x...",
                    "kick": "g...g...g...g...",
                    "snare": "..............s.",
                }
            ),
            Groove(
                {
                    "ride": "x...X.s.x.s.X...",
                    "pedal_hat": "....x.......x...",
                    "kick": "g.......g.......",
                    "rim": "............x...",
                }
            ),
        ),
        "chorus": (
            Groove(
                {
                    "ride": "X...X.x.X...X.x.",
                    "pedal_hat": "....x.......x...",
                    "kick": "g...g..sg...g...",
                    "snare": "..g...s.....g.s.",
                }
            ),
            Groove(
                {
                    "ride": "X...X.x.X.x.X.x.",
                    "pedal_hat": "....x.......x...",
                    "kick": "g.....s.g...g...",
                    "snare": "......g...s...g.",
                }
            ),
        ),
    },
    bass={
        "sparse": ("1-------5-------",),
        "verse": ("1---3---5---a---",),
        "chorus": ("1---3---5---a---",),
    },
    comps={
        "sparse": (Comp("x---------------"), Comp("..........x-----")),
        "verse": (
            Comp("x-----x-........"),
            Comp("......x-......x-"),
            Comp("..x-....x-......"),
            Comp("..........x---.."),
        ),
        "chorus": (Comp("x-....x-......x-"), Comp("..x-..x-....x-.."), Comp("x-----x-..x---..")),
    },
    motifs=(
        "x-x-x-x-x-x-x---",
        "..x-x-x-x-x-x-x-",
        "x---..x-x-x-....",
        "....x-x-x-x-x---",
        "x-x-x---..x-x-x-",
        "..x-x---x-x-x-x-",
        "x-----x-x-------",
    ),
    major=(
        "2:m7 | 5:7 | 1:maj7 | 1:maj7",
        "1:maj7 | 6:7 | 2:m7 | 5:7",
        "3:m7 6:7 | 2:m7 5:7 | 1:maj7 | 1:6",
        "1:maj7 | 4:maj7 | 3:m7 6:7 | 2:m7 5:7",
        "2:m7 | 5:7 | 1:maj7 | 4:maj7 | 7:m7b5 | 3:7 | 6:m7 | 6:m7",
    ),
    minor=(
        "2:m7b5 | 5:7 | 1:m7 | 1:m6",
        "1:m7 | 4:m7 | 2:m7b5 | 5:7",
        "1:m6 | 6:maj7 | 2:m7b5 | 5:7",
        "4:m7 | 7:7 | 3:maj7 | 6:maj7 | 2:m7b5 | 5:7 | 1:m7 | 1:m7",
    ),
    cadences=("2:* 5:7", "5:7", "b2:7", "2:* 5:9"),
    color="seventh",
    colored=30,
    fills=("..s.s.sg", "s.sh.h.l", "..s.k.s.", "h.h.m.l.", "s.gs.gs.h.gm.gl."),
    crash="ride",
    triple="B",
    bass_gate=94,
    walking=True,
    comp_gate=80,
    lead_gate=95,
    leaps=22,
    loose=2,
    lean={"lead": 2, "ride": -1},
)
