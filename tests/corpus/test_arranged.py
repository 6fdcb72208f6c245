"""Songs of the arranger in a corpus."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.compose.form import material
from stemwright.compose.styles import BOOK, style_of
from stemwright.corpus.arranged import arranged, arranged_songs, state_of
from stemwright.corpus.read import songs
from support import midi as m


def test_a_song_follows_from_its_number_and_is_whole() -> None:
    first, second = arranged_songs(2)
    assert arranged(1) == second and first != second
    assert set(first.scores) == {"drums", "bass", "harmony", "lead"} and first.source == "arranger"
    assert first.chords == "given" and any(first.state.chords) and first.state.rhythm is None


def test_every_style_has_its_tempo_and_sections_that_return() -> None:
    states = [state_of(number) for number in range(3 * len(BOOK))]
    assert Counter(state.style for state in states) == dict.fromkeys(BOOK, 3)
    for state in states:
        slow, fast = style_of(state.style).bpm
        assert slow <= state.bpm <= fast
        names = Counter(material(section.name) for section in state.sections)
        assert names.most_common(1)[0][1] >= 2
        assert style_of(state.style).meter in (None, state.meter)


def test_they_are_for_training_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.mid", "b.mid"):
        (tmp_path / "in" / name).write_bytes(m.band(bars=8))
    out = tmp_path / "c"
    assert run(["train", "corpus", str(out), "--sources", str(tmp_path / "in"), "--arranged", "3"]) == 0
    assert "arranger" in capsys.readouterr().out
    assert [song.name for song in songs(out, "train") if song.source == "arranger"] == [
        "arranger-0000", "arranger-0001", "arranger-0002"
    ]  # fmt: skip
    assert {song.source for song in songs(out, "valid")} == {"own"}
    made = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert made["sources"]["arranger"]["licence"] == "Apache-2.0" and made["pieces"] == {}
    assert run(["train", "corpus", str(out), "--sources", str(tmp_path / "in"), "--arranged", "-1"]) == 2
    assert "--arranged -1: give a number of songs, 0 to 10000" in capsys.readouterr().err
