import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation.symbolic import adherence
from stemwright.song.meter import Meter
from stemwright.song.score import Score
from support.symbolic import melody, score, song


def test_a_dominant_in_minor_is_in_the_key_but_not_in_the_scale():
    have = song(
        chords="Am E7",
        key="A minor",
        form="verse:2",
        lead=melody(range(0, 768, 96), [69, 71, 72, 73] + [68] * 4),
    )
    found = adherence.evaluate(have, "lead")
    assert found["scale"] == 3 / 8 and found["key"] == 7 / 8
    assert found["strong"] == 1.0 and found["strong_notes"] == 4 and found["notes"] == 8


@pytest.mark.parametrize(
    ("meter", "beats"),
    [
        ("4/4", (0, 192)),
        ("3/4", (0,)),
        ("2/4", (0,)),
        ("6/8", (0, 144)),
        ("12/8", (0, 144, 288, 432)),
        ("3/8", (0,)),
        ("7/8", (0,)),
        ("6/4", (0, 192, 384)),
    ],
)
def test_strong_beats(meter, beats):
    assert adherence.strong_beats(Meter.parse(meter)) == beats


def test_a_note_played_early_belongs_to_its_beat_and_chord():
    have = song(chords="C F", form="verse:2", lead=score((376, 96, 65, 80)))
    assert adherence.evaluate(have, "lead")["strong"] == 1.0


def test_a_foreign_bass_belongs_to_the_chord_and_rests_have_none():
    have = song(chords="C/D N.C.", form="verse:2", bass=melody([0, 384], [38, 37]))
    found = adherence.evaluate(have, "bass")
    assert found["strong"] == 1.0 and found["strong_notes"] == 1 and found["key"] == 0.5


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 127), min_size=1, max_size=20),
    st.sampled_from(["C major", "F# minor", "D dorian"]),
)
def test_the_key_holds_the_scale(pitches, key):
    have = song(
        chords="Cm7 F#", key=key, form="verse:2", lead=melody(range(0, 20 * len(pitches), 20), pitches)
    )
    found = adherence.evaluate(have, "lead")
    assert 0 <= found["scale"] <= found["key"] <= 1


def test_nothing_to_judge_and_bad_input():
    found = adherence.evaluate(song(lead=Score()), "lead")
    assert found["scale"] is found["key"] is found["strong"] is None
    assert adherence.evaluate(song(lead=melody([0])), "lead")["strong"] is None
    for layer in ("drums", "bass"):
        with pytest.raises(ValueError, match=layer):
            adherence.evaluate(song(drums=melody([0])), layer)
