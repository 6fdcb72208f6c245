import numpy as np
import pytest

from stemwright.evaluation.symbolic import melody
from support.symbolic import line, score, song
from support.symbolic import melody as notes

TUNE = (60, 62, 64, 60, 67)


def test_range_steps_and_leaps():
    found = melody.evaluate(song(form="verse:1", lead=notes(range(0, 360, 72), TUNE, 72)))
    assert found["range"] == 7.0
    assert found["steps"] == 0.5 and found["leaps"] == 0.25 and found["same"] == 0.0
    assert found["breaths"] == 0.0 and found["phrase"] == pytest.approx(360 / 384)


def test_phrases_and_breaths():
    lead = score((0, 96, 60, 80), (100, 90, 62, 80), (288, 90, 60, 80), (384, 384, 64, 80))
    have = song(form="verse:3", lead=lead)
    assert melody.phrases(melody.line(have)) == [(0, 190), (288, 768)]
    found = melody.evaluate(have)
    assert found["breaths"] == pytest.approx(1 / 3) and found["fair"] == 1.0
    assert found["silent"] == pytest.approx(1 / 3) and found["longest_rest"] == 1.0
    held = score((0, 96, 60, 80), (96, 90, 62, 80), (288, 90, 60, 80), (384, 90, 64, 80))
    assert melody.phrases(melody.line(song(form="verse:2", lead=held))) == [(0, 186), (288, 474)]
    short = score((0, 40, 60, 80), (96, 40, 62, 80))  # shortened notes are no breaths
    assert len(melody.phrases(melody.line(song(form="verse:1", lead=short)))) == 1
    long = song(form="verse:5", lead=notes(range(0, 5 * 384, 96), [60] * 20, 96))
    assert melody.evaluate(long)["fair"] == 0.0 and melody.evaluate(long)["phrase"] == 5.0


def test_the_highest_of_what_begins_together_is_the_line():
    have = song(form="verse:1", lead=score((0, 40, 60, 80), (0, 40, 67, 80), (96, 40, 62, 80)))
    assert melody.line(have)[:, 2].tolist() == [67, 62]


@pytest.mark.parametrize(
    ("rows", "judged", "against"),
    [
        ([(0, 96, 62, 80), (96, 96, 64, 80)], [True, False], [False, False]),  # resolves by step
        ([(0, 96, 62, 80), (96, 96, 67, 80)], [True, False], [True, False]),
        ([(0, 96, 62, 80), (96, 96, 62, 80)], [True, False], [True, False]),  # stays
        ([(0, 48, 62, 80), (96, 96, 67, 80)], [False, False], [False, False]),  # an eighth
        ([(96, 96, 62, 80), (288, 96, 62, 80)], [False, False], [False, False]),  # weak beats
        ([(0, 96, 64, 80)], [True], [False]),
        ([(0, 96, 62, 80)], [True], [True]),  # nothing comes after it
    ],
)
def test_notes_against_the_chord(rows, judged, against):
    found = melody.unresolved(song(form="verse:1", chords="C", lead=score(*rows)))
    assert [own.tolist() for own in found] == [judged, against]


def test_motifs():
    rhythm, other = "x.x.x...........", "x...x.x.........."[:16]
    lead = line(rhythm + rhythm + other + other + rhythm, [60, 62, 64] * 5, 20)
    assert melody.motifs(song(form="verse:4 chorus:1", lead=lead)) == 0.8
    assert melody.motifs(song(form="verse:2 chorus:3", lead=line("x", [60]))) is None


def test_chord_tones_and_no_chords():
    lead = notes([0, 96, 192, 288], [60, 62, 64, 67])
    assert melody.evaluate(song(form="verse:1", chords="C", lead=lead))["chord_tones"] == 0.75
    found = melody.evaluate(song(form="verse:1", lead=lead))
    assert found["chord_tones"] is None and found["against"] is None


def test_longest():
    assert melody.longest(np.array([True, True, False, True])) == 2
    assert melody.longest(np.zeros(3, dtype=bool)) == 0


def test_songs_without_lead():
    with pytest.raises(ValueError, match="no lead"):
        melody.evaluate(song(form="verse:1"))
