"""Country and folk: a train beat, root and fifth, strummed backbeats, plain triads."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

STYLE = Style(
    name="country",
    bpm=(92, 140),
    swing=Fraction(13, 25),
    grooves={
        "sparse": (Groove({"kick": "X.......X.......", "rim": "....s.......s..."}),),
        "verse": (
            Groove({"kick": "X.......X.......", "rim": "....x.......x...", "closed_hat": "x.s.x.s.x.s.x.s."}),
            Groove({"kick": "X.......X.......", "snare": "g.gsX.gsg.gsX.gs"}),
        ),
        "chorus": (
            Groove({"kick": "X.......X.x.....", "snare": "gsgsXsgsgsgsXsgs"}),
            Groove({"kick": "X.......X.x.....", "snare": "....X.......X...", "ride": "x.x.x.x.x.x.x.x."}),
        ),
    },
    bass={
        "sparse": ("1-------5-------",),
        "verse": ("1---....5---....", "1-------5-------"),
        "chorus": ("1---..1-5---3-a-", "1---1---5---5-a-", "1---3---5---a---"),
    },
    comps={
        "sparse": (Comp("x-------x-------"), Comp("x-x-x-x-x-x-x-x-", "arp")),
        "verse": (Comp("....x-s-....x-s-"), Comp("s---x-s-s---x-s-"), Comp("x-x-x-x-x-x-x-x-", "arp")),
        "chorus": (Comp("x---X-s-x---X-s-"), Comp("x-s-X-s-x-s-X-s-")),
    },
    motifs=(
        "x---x-x-x---x---",
        "x-x-x---x-x-x---",
        "..x-x-x-x-------",
        "x---x---x-----..",
        "x-x-x-x-x-------",
    ),
    major=(
        "1 | 4 | 1 | 5",
        "1 | 1 | 4 | 4 | 1 | 5 | 1 | 1",
        "1 | 6 | 4 | 5",
        "1 | 5 | 4 | 1",
        "4 | 1 | 5 | 1",
    ),
    minor=("1 | 7 | 6 | 5:", "1 | 4 | 1 | 5:", "1 | 3 | 7 | 1"),
    cadences=("5", "5:7", "4 5:7"),
    colored=6,
    fills=("ssssssss", "s.ss.hml", "....ssss", "g.gsgsss"),
    triple="B",
    bass_gate=84,
    comp_gate=82,
    leaps=18,
    loose=1,
)
