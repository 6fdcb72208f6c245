import pytest

from stemwright.evaluation.symbolic import blues
from support.symbolic import song

BLUES = "A7 A7 A7 A7 D7 D7 A7 A7 E7 D7 A7 E7"
JAZZ = "A7 D7 A7 A7 D7 D7 A7 F#7 Bm7 E7 A7 E7"
POP = "A F#m D E " * 3


MINOR = "Am7 Am7 Am7 Am7 Dm7 Dm7 Am7 Am7 F7 E7 Am7 E7"


@pytest.mark.parametrize(("chords", "share"), [(MINOR, 1.0), (BLUES, 1.0), (JAZZ, 1.0), (POP, 0.0)])
def test_twelve_bars(chords, share):
    assert blues.evaluate(song(chords=chords, key="A major", form="verse:12"))["twelve_bars"] == share


def test_shares_keys_and_sections():
    both = song(chords=f"{BLUES} A7 {POP}", key="A major", form="verse:12 break:1 verse:12")
    assert blues.choruses(both) == [0, 13] and blues.evaluate(both)["twelve_bars"] == 0.5
    assert blues.evaluate(song(chords=BLUES, key="E major", form="verse:12"))["twelve_bars"] == 0.0
    long = song(chords=f"{BLUES} {BLUES}", key="A major", form="verse:24")
    assert blues.choruses(long) == [0, 12]


def test_bars_that_go_astray():
    assert blues.astray(song(chords=POP, key="A major", form="verse:12"), 0) == [4, 6, 8]
    assert blues.astray(song(chords=BLUES, key="A major", form="verse:12"), 0) == []


def test_other_forms():
    with pytest.raises(ValueError, match="twelve bars"):
        blues.evaluate(song(chords="C C", form="verse:2"))
