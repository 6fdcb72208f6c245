"""Ballad: slow, arpeggiated, rim before snare, a bass that holds, a melody with air."""

from fractions import Fraction

from stemwright.compose.styles import Comp, Groove, Style

STYLE = Style(
    name="ballad",
    bpm=(56, 80),
    swing=Fraction(1, 2),
    grooves={
        "sparse": (
            Groove({"closed_hat": "s...s...s...s...", "kick": "s..............."}),
            Groove(
                {
                    "ride": "s...s...s...s...",
                    "kick": "s...............",
                }
            ),
        ),
        "verse": (
            Groove({"kick": "x.......x.......", "rim": "....x.......x...", "closed_hat": "s.s.s.s.s.s.s.s."}),
            Groove({"kick": "x.........x.....", "rim": "....x.......x...", "closed_hat": "s.s.s.s.s.s.s.s."}),
        ),
        "chorus": (
            Groove({"kick": "X.......x.x.....", "snare": "....X.......X...", "ride": "x.s.x.s.x.s.x.s."}),
            Groove(
                {"kick": "X......xX.......", "snare": "....X.......X..g", "closed_hat": "x.s.x.s.x.s.x.s."}
            ),
        ),
    },
    bass={
        "sparse": ("1---------------",),
        "verse": ("1-------------a-", "1-------5-------", "1-----5-1-------"),
        "chorus": ("1-----1-5-----a-", "1-------1---5-a-", "1-----5-8-----5-"),
    },
    comps={
        "sparse": (Comp("x-x-x-x-x-x-x-x-", "arp"), Comp("x---------------")),
        "verse": (Comp("x-x-x-x-x-x-x-x-", "arp"), Comp("x-------x-------"), Comp("x---x---x---x---", "arp")),
        "chorus": (Comp("X---x---x---x---"), Comp("X-x-x-x-X-x-x-x-", "arp"), Comp("X-------x---s---")),
    },
    motifs=(
        "x-------x---x---",
        "..x-x---x-------",
        "x---x-x-x-------",
        "x-----x-x-------",
        "....x---x---x---",
        "x-----x-x-x-x---",
    ),
    major=(
        "1 | 5 | 6 | 4",
        "1 | 3 | 4 | 5",
        "1 | 6 | 2 | 5",
        "4 | 5 | 3 | 6 | 2 | 5 | 1 | 1",
        "1 | 5 | 6 | 3 | 4 | 1 | 2 | 5",
    ),
    minor=("1 | 6 | 3 | 7", "1 | 4 | 7 | 3 | 6 | 2:m7b5 | 5: | 1", "1 | 7 | 6 | 5:", "1 | 5: | 6 | 3"),
    cadences=("5:sus4 5:", "2 5", "5:7", "4 5"),
    colored=30,
    fills=("....s.hl", "..s.h.l.", "....h.m.", "......sshhmmllll"),
    triple="B",
    bass_lock=15,
    bass_gate=98,
    comp_gate=100,
    lead_gate=97,
    leaps=22,
    loose=2,
    lean={"lead": 2, "harmony": 1},
)
