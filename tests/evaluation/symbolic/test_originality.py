import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation.symbolic import originality
from stemwright.evaluation.symbolic.originality import Others, Steps, note_steps, steps_of
from stemwright.song.meter import Meter
from stemwright.song.score import Score
from support.symbolic import melody, score, song

COMMON = Meter(4, 4)


def steps(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def longest_by_hand(own: list[int], other: list[int]) -> int:
    """The longest run, by comparing every place with every other."""
    for length in range(min(len(own), len(other)), originality.DIFFERENT, -1):
        part = min(length, originality.MOST_NOTES)
        theirs = {tuple(other[j : j + length]) for j in range(len(other) - length + 1)}
        for i in range(len(own) - length + 1):
            run = own[i : i + length]
            rich = any(len({*run[k : k + part]}) > originality.DIFFERENT for k in range(length - part + 1))
            if rich and tuple(run) in theirs:
                return length
    return 0


def random_melody(seed: int, count: int, shift: int = 0, start: int = 0) -> Score:
    """The first `count` notes of a melody of its own for each seed."""
    rng = np.random.default_rng(seed)
    onsets, pitches = np.cumsum(rng.choice([24, 48, 96], 200)) + start, 60 + shift + rng.integers(-9, 9, 200)
    return melody(onsets[:count].tolist(), pitches[:count].tolist())


def others(*scores: Score, layer: str = "lead") -> Others:
    drums = layer == "drums"
    return Others([steps_of(song(**{layer: have}), layer) for have in scores], drums)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.integers(1, 5), max_size=40), st.lists(st.integers(1, 5), max_size=40))
def test_the_longest_run_is_that_of_the_textbook(own, other):
    index = Others([steps(other)], False)
    assert index.longest(Steps(steps(own))) == longest_by_hand(own, other)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=40), st.integers(1, 15))
def test_different_steps_of_windows(values, length):
    if len(values) < length:
        return
    expected = [len(set(values[i : i + length])) for i in range(len(values) - length + 1)]
    assert Steps(steps(values)).different(length).tolist() == expected


def test_a_copy_is_found_at_any_pitch_and_place():
    source = random_melody(1, 40)
    moved = random_melody(1, 40, shift=5, start=384 * 3)
    found = originality.evaluate(song(lead=moved), "lead", others(random_melody(2, 60), source))
    assert found == {"longest": 40, "copied": 1.0, "covered": 1.0}


@pytest.mark.parametrize(("count", "copied"), [(12, 0.0), (13, 1.0)])
def test_more_than_twelve_notes_is_a_copy(count, copied):
    head = random_melody(3, count).notes
    tail = random_melody(4, 30, start=head[-1].onset + 7 * 96).notes
    found = originality.evaluate(
        song(lead=Score.from_notes([*head, *tail])), "lead", others(random_melody(3, 60))
    )
    assert found["longest"] == count and found["copied"] == copied
    assert found["covered"] == (pytest.approx(12 / 42) if copied else 0.0)


def test_other_music_is_no_copy():
    found = originality.evaluate(
        song(lead=random_melody(5, 200)), "lead", others(*(random_melody(s, 200) for s in range(9, 20)))
    )
    assert found["copied"] == 0.0 and found["longest"] < 9


def test_a_beaten_note_is_common_property():
    pulse = melody(range(0, 48 * 64, 48))
    assert originality.evaluate(song(bass=pulse), "bass", others(pulse, layer="bass"))["longest"] == 0


def test_a_run_is_not_made_of_two_songs():
    whole = random_melody(6, 30).notes
    first, second = Score.from_notes(whole[:16]), Score.from_notes(whole[15:])
    found = originality.evaluate(song(lead=Score.from_notes(whole)), "lead", others(first, second))
    assert found["longest"] == 16


def test_timing_is_put_on_the_grid():
    played = Score.from_notes(
        score(*((n.onset + 3, 20, n.pitch, 60) for n in random_melody(7, 30).notes)).notes
    )
    assert np.array_equal(note_steps(played, COMMON), note_steps(random_melody(7, 30), COMMON))


def beats(*kinds: str, start: int = 0) -> Score:
    """Drums: each letter, a to l, is a beat with a hit of its own; - is silent."""
    places = [(96 * i, ord(kind) - 97) for i, kind in enumerate(kinds) if kind != "-"]
    return score(*((start + beat + 24 * (k % 4), 10, (36, 38, 42)[k // 4], 90) for beat, k in places))


def test_drum_beats():
    pattern = "abcdefgh" * 2
    found = originality.evaluate(
        song(drums=beats(*pattern, start=960)), "drums", others(beats(*"hg", *pattern), layer="drums")
    )
    assert found == {"longest": 16, "copied": 1.0, "covered": 1.0}
    nine, eight = "abcdabcda", "abcdabcd"
    for text, copied in ((nine, 1.0), (eight, 0.0)):
        own = song(drums=beats(*text, *"h"))
        assert (
            originality.evaluate(own, "drums", others(beats(*text, *"g"), layer="drums"))["copied"] == copied
        )
    plain = song(drums=beats(*"abab" * 8))
    assert originality.evaluate(plain, "drums", others(beats(*"abab" * 8), layer="drums"))["copied"] == 0.0


def test_a_silent_beat_ends_a_run():
    text = "abcdef-ghabcd"
    found = originality.evaluate(song(drums=beats(*text)), "drums", others(beats(*text), layer="drums"))
    assert found["longest"] == 6


def test_nothing_to_compare_and_bad_input():
    index = others(random_melody(1, 30))
    assert originality.evaluate(song(lead=melody([0])), "lead", index) is None
    with pytest.raises(ValueError, match="drums"):
        originality.evaluate(song(drums=melody([0])), "drums", index)
    assert originality.evaluate(song(lead=random_melody(1, 5)), "lead", Others([], False))["longest"] == 0
    for bad in (np.zeros(3, dtype=np.int64), np.zeros((2, 2), dtype=np.uint64)):
        with pytest.raises(ValueError, match="uint64"):
            Others([bad], False)
        with pytest.raises(ValueError, match="uint64"):
            Steps(bad)
