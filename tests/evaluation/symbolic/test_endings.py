import pytest

from stemwright.evaluation.symbolic import endings
from stemwright.song.score import Score
from support.symbolic import melody, score, song


def test_home():
    have = song(
        form="verse:2", chords="G C", key="C major", lead=melody([0, 384], [67, 64]), bass=melody([384], [36])
    )
    found = endings.evaluate(have)
    assert found["chord"] and found["bass"] and found["lead_home"] and not found["lead"]
    away = song(form="verse:2", chords="C G", key="C major", lead=melody([0, 384], [67, 62]))
    assert dict(endings.evaluate(away)) == {
        "chord": False,
        "lead": False,
        "lead_home": False,
        "bass": None,
        "ends": True,
    }
    assert endings.evaluate(song(form="verse:1", lead=melody([0])))["chord"] is None


@pytest.mark.parametrize(
    ("rows", "ends"),
    [
        ([(0, 90, 60, 80), (384, 300, 60, 80)], True),
        ([(0, 90, 60, 80), (384, 90, 60, 80), (576, 90, 60, 80)], False),  # goes on
        ([(0, 90, 60, 80)], False),  # stops a bar before
        ([(0, 500, 60, 80)], True),  # held into the last bar
    ],
)
def test_endings(rows, ends):
    assert endings.ends(song(form="verse:2", lead=score(*rows))) is ends


def test_nothing_to_end():
    with pytest.raises(ValueError, match="no notes"):
        endings.evaluate(song(form="verse:2", lead=Score()))
