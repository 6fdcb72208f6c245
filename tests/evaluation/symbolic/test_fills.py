import pytest

from stemwright.evaluation.symbolic import fills
from support.symbolic import kit, song

BAR = {"kick": "X.......X.......", "snare": "....X.......X...", "closed_hat": "x.x.x.x.x.x.x.x."}


def four(last: dict[str, str], **after: str):
    """Three usual bars and a last one, then a bar of another section."""
    pieces = {*BAR, *last, *after}
    text = {p: BAR.get(p, "." * 16) * 3 + last.get(p, "." * 16) + after.get(p, "." * 16) for p in pieces}
    return song(form="verse:4 chorus:1", drums=kit(**text))


@pytest.mark.parametrize(
    ("last", "filled"),
    [
        (BAR, False),
        ({**BAR, "high_tom": "........x.x....."}, True),
        ({**BAR, "high_tom": "........x......."}, False),  # one stroke is no fill
        ({**BAR, "high_tom": "x.x............."}, False),  # the first half is not where a fill leads on
        ({**BAR, "snare": "....X.......XXXX"}, True),
        ({**BAR, "snare": "....X.......Xggg"}, False),  # ghost notes
        ({**BAR, "snare": "....X.........XX"}, True),  # in the backbeat's place
        ({**BAR, "snare": "....X........X.."}, False),  # a backbeat that is late
        ({"kick": "X...............", "snare": "....X...........", "closed_hat": "x.x.x.x........."}, True),
        ({**BAR, "closed_hat": "x.x.x.x.x.x....."}, False),  # most of it goes on
    ],
)
def test_fills(last, filled):
    assert dict(fills.changes(four(last))) == {3: filled}
    assert fills.evaluate(four(last))["fill_before"] == float(filled)


def test_no_change_is_asked_where_nothing_is_usual():
    assert not fills.changes(song(form="verse:1 chorus:1", drums=kit(kick="x" + "." * 31)))
    assert not fills.changes(song(form="verse:4", drums=kit(kick="x...")))
    assert fills.evaluate(song(form="verse:4", drums=kit(kick="x...")))["fill_before"] is None


def test_crashes():
    crash = "." * 64 + "x..............."
    have = four(BAR, crash="x" + "." * 15)
    assert fills.evaluate(have)["crash_at_beginnings"] == 1.0 and fills.evaluate(have)["crashes"] == 0.2
    both = song(form="verse:4 chorus:1", drums=kit(crash=crash[:20] + "x" + crash[21:]))
    assert fills.misplaced(both).tolist() == [480]
    assert fills.evaluate(both)["crash_at_beginnings"] == 0.5
    assert fills.evaluate(four(BAR))["crash_at_beginnings"] is None


def test_songs_without_drums():
    with pytest.raises(ValueError, match="no drums"):
        fills.evaluate(song(form="verse:4"))
