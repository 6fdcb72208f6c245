import pytest

from stemwright.evaluation.symbolic import comping
from support.symbolic import score, song


def chord(onset: int, *pitches: int):
    return [(onset, 40, pitch, 70) for pitch in pitches]


def test_chords_voices_and_leaps():
    have = song(
        form="verse:2",
        harmony=score(*chord(0, 60, 64), (8, 40, 67, 70), *chord(192, 59, 62, 67), *chord(384, 47, 62, 74)),
    )
    starts, members = comping.chords(have)
    assert starts.tolist() == [0, 192, 384] and members[0].tolist() == [60, 64, 67]  # strummed
    found = comping.evaluate(have)
    assert found["onsets"] == 1.5 and found["voices"] == 3.0
    assert found["register"] == pytest.approx(7 / 9)
    assert comping.leaps(have)[1].tolist() == [1, 12]  # outer voices
    assert found["largest"] == 12.0 and found["wide"] == 0.0  # an octave is not beyond one
    wide = song(form="verse:1", harmony=score(*chord(0, 60, 64), *chord(192, 60, 77)))
    assert comping.evaluate(wide)["wide"] == 1.0


def test_single_notes_have_no_leaps():
    found = comping.evaluate(song(form="verse:1", harmony=score(*chord(0, 60), *chord(96, 90))))
    assert found["wide"] is None and found["largest"] is None


@pytest.mark.parametrize(
    ("onsets", "skanks"),
    [
        ((48, 144, 240, 336), True),
        ((60, 156, 252, 348), True),  # swung
        ((48, 144, 240), True),
        ((0, 48, 144, 240, 336), True),
        ((0, 48, 96, 144, 192, 240, 288, 336), False),
        ((0, 96, 192, 288), False),
        ((48, 240), False),
    ],
)
def test_skank(onsets, skanks):
    have = song(form="verse:1", harmony=score(*(note for t in onsets for note in chord(t, 60, 64, 67))))
    assert comping.skank(have).tolist() == [skanks]


def test_one_figure_throughout():
    same = [note for bar in range(4) for t in (0, 144) for note in chord(bar * 384 + t, 60, 64)]
    assert comping.evaluate(song(form="verse:4", harmony=score(*same)))["figures"] == 0.25
    other = same + chord(3 * 384 + 336, 60, 64)
    assert comping.evaluate(song(form="verse:4", harmony=score(*other)))["figures"] == 0.5


def test_refusals():
    with pytest.raises(ValueError, match="no harmony"):
        comping.evaluate(song(form="verse:1"))
    with pytest.raises(ValueError, match="3/4"):
        comping.skank(song(meter="3/4", form="verse:1", harmony=score(*chord(0, 60))))
