"""Songs that are written for training data: by the arranger, as etudes, and to lead sheets."""

from __future__ import annotations

from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.corpus.readers.leadsheets import lead_sheet
from stemwright.dataset import written
from stemwright.dataset.etudes import etude
from stemwright.dataset.written import accompanied, is_sheet
from stemwright.instruments.ranges import RANGES
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.harmony import Chord, Key
from stemwright.song.layers import LAYERS
from support import printed as p


@given(st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_etudes_stay_in_range_and_in_the_song(seed: int) -> None:
    rng = Random(seed)
    state = written.random_state(rng, "etude:4")
    for layer in LAYERS:
        score = etude(state, layer, rng)
        assert all(n.onset < state.total_ticks for n in score.notes)
        if layer == "drums":
            assert {n.pitch for n in score.notes} <= set(PIECE_PITCH.values())
        else:
            low, high = RANGES[layer]
            assert all(low - 1 <= n.pitch <= high + 1 for n in score.notes)


def test_arranged_songs_are_complete() -> None:
    song = written.arranged(Random(3))
    assert set(song.scores) == set(LAYERS) and song.state.chords and song.state.rhythm is not None
    assert written.arranged(Random(3)) == song


def tune(symbols: bool) -> list[str]:
    """Eight bars of quarters, with a chord symbol at each bar."""
    bars = []
    for i in range(8):
        given = p.symbol("DG"[i % 2], ("minor", "dominant")[i % 2]) if symbols else ""
        notes = [p.note(f"{letter}5", 2) for letter in ("DFAF", "GBDB")[i % 2]]
        bars.append(p.bar(p.attributes(-1) if i == 0 else "", given, *notes, number=i + 1))
    return bars


def test_a_lead_sheet_is_accompanied_over_its_own_chords(tmp_path: Path) -> None:
    (sheet,) = lead_sheet(p.save(tmp_path / "a.mxl", tune(symbols=True)), ("X",))
    assert is_sheet(sheet)
    song = accompanied(sheet, Random(2))
    assert set(song.scores) == set(LAYERS) and song.scores["lead"] == sheet.scores["lead"]
    assert song.state.bars == 8 and song.state.key == Key("D", "minor") and song.state.rhythm is not None
    assert song.state.chords == ((Chord("D", "m"),) * 4 + (Chord("G", "7"),) * 4) * 4
    assert {2, 5, 9, 11} <= {n.pitch % 12 for n in song.scores["harmony"].notes}
    assert (song.source, song.name, song.composers) == ("openewld", "a", ("X",))
    assert accompanied(sheet, Random(2)) == song and song.state.style in written.SHEET_STYLES
    (bare,) = lead_sheet(p.save(tmp_path / "b.mxl", tune(symbols=False)), ("X",))
    assert not is_sheet(bare) and not is_sheet(song)
