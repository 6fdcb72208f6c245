import pytest

from stemwright.evaluation.symbolic import clashes
from support.symbolic import score, song


def share(chords: str, lead: int, harmony: int) -> float | None:
    have = song(
        form="verse:1", chords=chords, lead=score((0, 192, lead, 80)), harmony=score((0, 384, harmony, 80))
    )
    return clashes.evaluate(have)["clashes"]


def test_semitones():
    assert share("C", 65, 64) == 1.0 and share("C", 64, 65) == 1.0
    assert share("C", 77, 64) == 1.0  # a minor ninth
    assert share("C", 66, 64) == 0.0 and share("C", 76, 65) == 0.0  # a major second, a major seventh
    assert share("Cmaj7", 60, 59) == 0.0  # both belong to the chord


def test_passing_notes_of_less_than_half_an_eighth_do_not_count():
    rows = score((0, 20, 65, 80), (48, 48, 67, 80))
    have = song(form="verse:1", chords="C", lead=rows, harmony=score((0, 384, 64, 80)))
    assert clashes.clashing(have)[0].sum() == 1 and clashes.evaluate(have)["clashes"] == 0.0


def test_layers_that_never_meet():
    have = song(form="verse:1", lead=score((0, 48, 60, 80)), bass=score((192, 48, 36, 80)))
    assert clashes.evaluate(have)["clashes"] is None
    with pytest.raises(ValueError, match="fewer than two"):
        clashes.evaluate(song(form="verse:1", lead=score((0, 48, 60, 80))))
