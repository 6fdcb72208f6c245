"""Learning from bands: rhythm, degrees, the kick and approaches are read as they were played."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stemwright.compose.learned.bass import agreement, draw_degrees, draw_rhythms, kick_contexts
from stemwright.compose.learned.figures import density, likeness
from stemwright.compose.learned.harmony import draw_figures
from stemwright.compose.streams import Stream
from stemwright.corpus.song import CorpusSong
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.harmony import Chord
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.training.patterns.bass import learn_bass
from stemwright.training.patterns.harmony import learn_harmony
from stemwright.training.patterns.learned import Material

STRENGTHS = (4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0)


def band(bars: int = 8) -> CorpusSong:
    """Quarters of the root with a lead-in of B to C, on a kick each; chords held."""
    state = replace(
        GlobalState.create("120", "C major", "4/4", f"verse:{bars}"),
        chords=tuple(Chord("C" if bar % 2 else "G") for bar in range(bars) for _ in range(4)),
    )
    bass, drums, harmony = [], [], []
    for bar in range(bars):
        start, root = bar * 384, 36 if bar % 2 else 31
        for beat in range(4):
            pitch = root if beat < 3 else 35 if root == 31 else 33
            bass.append(Note(start + 96 * beat, 90, pitch, 90))
            drums.append(Note(start + 96 * beat, 12, PIECE_PITCH["kick"], 100))
        harmony += [Note(start, 380, pitch, 80) for pitch in (60, 64, 67)]
    scores = {"bass": bass, "drums": drums, "harmony": harmony}
    return CorpusSong(
        state,
        {name: Score.from_notes(notes) for name, notes in scores.items()},
        source="freedoom",
        name="a band",
        chords="found",
    )


@pytest.fixture(scope="module")
def material() -> Material:
    return Material((band(),), (band(4),))


def test_a_band_is_learned(material: Material) -> None:
    learned = learn_bass(material)
    table = learned.table
    assert learned.sources == {"freedoom"}
    assert set(table["bar"].row("")) == {"x---" * 4}
    assert table["kick"].row("k") == {"x": 32}
    assert set(table["approach"].row("")) == {"-1", "2"}
    assert table["again"].row("")["1"] == 7
    assert learned.held_out["bar bits"] <= learned.held_out["bar order 0 bits"]


def test_what_was_learned_is_drawn(material: Material) -> None:
    table = learn_bass(material).table
    streams = [Stream(0, place) for place in range(4)]
    bars = draw_rhythms(table, streams, "4/4", "b", [{0, 4, 8, 12}] * 4, STRENGTHS, lambda text, _: text)
    assert bars == ["x---" * 4] * 4
    assert draw_rhythms(table, streams, "3/4", "b", [set()] * 4, STRENGTHS, lambda text, _: text) == []
    line = draw_degrees(table, Stream(1), bars[0], ["n", *"i" * 15], STRENGTHS)
    assert line[0] == "1" and all(mark in "1235678-4" for mark in line)


def test_a_rhythm_on_the_kick_costs_less(material: Material) -> None:
    counts = learn_bass(material).table["kick"]
    on, off = "x---" * 4, "--x-" * 4
    assert agreement(counts, on, {0, 4, 8, 12}, STRENGTHS) < agreement(counts, off, {0, 4, 8, 12}, STRENGTHS)
    assert kick_contexts(2, True, False) == ("2k", "k")


def test_held_chords_are_learned(material: Material) -> None:
    table = learn_harmony(material).table
    streams = [Stream(0, place) for place in range(4)]
    assert draw_figures(table, streams, "band", "4/4", "a") == ["x" + "-" * 15] * 4


def test_bars_are_named_by_how_busy_they_are() -> None:
    assert [density(onsets, 16) for onsets in (1, 4, 7, 8)] == ["a", "b", "c", "d"]
    assert density(3, 12) == "b"
    assert [likeness(["a", "b", "a", "b", "c"], bar) for bar in range(5)] == ["n", "n", "2", "2", "n"]
