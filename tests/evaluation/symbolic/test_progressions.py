import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation.symbolic import histograms, progressions
from stemwright.evaluation.symbolic.progressions import CLASSES, class_of
from stemwright.song.harmony import QUALITIES, parse_chord
from stemwright.song.state import GlobalState
from support.symbolic import song

ROOTS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
symbols = st.tuples(st.sampled_from(ROOTS), st.sampled_from([*QUALITIES])).map("".join)
chords = st.lists(st.one_of(st.just("N.C."), symbols), min_size=4, max_size=4)


def state(text: str, **fields: str) -> GlobalState:
    """A song of four beats a chord."""
    return song(chords=text, form=f"verse:{len(text.split())}", **fields).state


def by_beats(text: str) -> GlobalState:
    """A song of one chord a beat, in C major."""
    own = GlobalState.create(form=f"verse:{len(text.split()) // 4}")
    return own.with_(chords=tuple(parse_chord(name) for name in text.split()))


def bins(found, name):
    return {int(i): int(found[name][i]) for i in np.flatnonzero(found[name])}


@pytest.mark.parametrize(
    ("quality", "wanted"),
    [("", "major"), ("6", "major 7th"), ("maj9", "major 7th"), ("m", "minor"), ("m11", "minor 7th"),
     ("7", "dominant"), ("aug7", "dominant"), ("7alt", "dominant"), ("dim7", "diminished"),
     ("m7b5", "half-diminished"), ("aug", "augmented"), ("9sus4", "suspended"), ("5", "power")],
)  # fmt: skip
def test_classes(quality, wanted):
    assert class_of(quality) == wanted


def test_every_quality_has_a_class_and_every_class_a_quality():
    assert {class_of(quality) for quality in QUALITIES} == set(CLASSES)


def test_counts_of_a_known_song():
    own = by_beats("C C Am7/G Am7 F G7 G9 C N.C. N.C. C C")
    found = progressions.counts(own, progressions.common([own], 2))
    assert tuple(found) == progressions.NAMES
    assert bins(found, "root") == {0: 5, 5: 1, 7: 2, 9: 2}
    kinds = {CLASSES[i]: count for i, count in bins(found, "quality").items()}
    assert kinds == {"major": 6, "minor 7th": 2, "dominant": 2}
    assert bins(found, "bass") == {0: 9, 10: 1}
    assert bins(found, "motion") == {9: 1, 8: 1, 2: 1, 5: 1}  # C Am7 F G7 C; G9 is no change
    assert found["transition"].tolist() == [1, 1, 2]
    assert bins(found, "place") == {0: 2, 1: 1, 2: 2, 3: 1}
    assert bins(found, "rate") == {1: 1, 2: 1, 3: 1}


def test_figures_of_a_known_song():
    own = song(chords="C G7 Am E7 F C G7 N.C.", form="verse1:3 chorus:2 verse2:3").state
    found = progressions.evaluate(own)
    assert found["no_chord"] == 1 / 8 and found["changes"] == 7 / 8 and found["richer"] == 3 / 7
    assert found["in_key"] == 6 / 7  # E7 has a G sharp
    assert found["repeated"] == pytest.approx(2 / 3)  # C G7 Am, C G7 N.C.
    assert found["unlike"] == 0.0 and found["tonic"] == 0.0  # the last chord that sounds is G7
    assert progressions.evaluate(state("G7 C"))["tonic"] == 1.0


def test_a_foreign_bass_leaves_the_key_and_a_song_without_chords_tells_nothing():
    assert progressions.evaluate(state("C/Bb C"))["in_key"] == 0.5
    silent = progressions.evaluate(state("N.C. N.C."))
    assert silent["no_chord"] == 1.0 and silent["in_key"] is silent["tonic"] is silent["richer"] is None
    assert silent["repeated"] is None
    found = progressions.counts(state("N.C. N.C."), ())
    assert found["rate"].tolist()[0] == 2 and not found["root"].any() and found["transition"].tolist() == [0]


def test_the_commonest_transitions_have_bins():
    songs = [state("C G C G"), state("C F C G")]
    moves = progressions.common(songs, 1)
    assert len(moves) == 1 and progressions.counts(songs[0], moves)["transition"].tolist() == [2, 1]
    assert progressions.counts(state("Dm Em"), moves)["transition"].tolist() == [0, 1]
    assert progressions.common([], 5) == ()


@settings(deadline=None, max_examples=60)
@given(chords, st.integers(0, 11), st.sampled_from(["major", "minor"]))
def test_counts_hold_together_and_do_not_move_with_the_key(names, by, mode):
    own = state(" ".join(names), key=f"C {mode}")
    key = own.key.transposed(by)
    moved = own.with_(key=key, chords=tuple(None if c is None else c.transposed(by, key) for c in own.chords))
    moves = progressions.common([own], 3)
    found, again = progressions.counts(own, moves), progressions.counts(moved, moves)
    assert all(np.array_equal(found[name], again[name]) for name in found)
    assert progressions.evaluate(own) == progressions.evaluate(moved)
    heard = sum(chord is not None for chord in own.chords)
    assert found["root"].sum() == found["quality"].sum() == found["bass"].sum() == heard
    assert found["motion"].sum() == found["transition"].sum() <= found["place"].sum()
    assert found["rate"].sum() == own.bars and found["rate"] @ np.arange(9) == found["place"].sum()


def test_sets_are_compared_as_histograms():
    moves = progressions.common([state("C G C G")])
    same, other = (progressions.counts(state(text), moves) for text in ("C G C G", "Ddim Ebm Ddim Ebm"))
    assert set(histograms.evaluate([same], [same]).values()) == {0.0}
    apart = histograms.evaluate([same], [other])
    assert apart["root"] == apart["quality"] == apart["transition"] == 1.0 and apart["rate"] == 0.0


def test_undecided_chords_are_refused():
    for measure in (progressions.evaluate, lambda own: progressions.counts(own, ())):
        with pytest.raises(ValueError, match="not decided"):
            measure(GlobalState.create(form="verse:2"))
