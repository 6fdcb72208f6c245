"""Notes beyond what a timbre can play are moved into its range before they are performed, and it is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stemwright.errors import UsageError
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.song.score import Score
from stemwright.store import SongFolder
from support.bundles import write_all
from support.performers import with_ranges

LOW, HIGH = 67, 79


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    write_all(tmp_path / "weights")
    return tmp_path / "weights"


def score_of(song: Path, layer: str) -> Score:
    folder = SongFolder.open(song)
    take = folder.load().layers[layer].active
    assert take is not None
    return Score.from_bytes(folder.objects.get(take.score_sha256))


def test_notes_come_into_the_range(tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_all(tmp_path / "plain")
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "plain"))
    create(tmp_path / "a", Wish(bpm="240", form="verse:2", seed=1))
    generate(tmp_path / "a")
    written = score_of(tmp_path / "a", "lead")
    assert any(not LOW <= note.pitch <= HIGH for note in written.notes), "there is something to move"
    with_ranges(weights / "lead", {"plain": [LOW, HIGH], "bright": [0, 127]})
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    create(tmp_path / "b", Wish(bpm="240", form="verse:2", seed=1))
    made = generate(tmp_path / "b")
    played = score_of(tmp_path / "b", "lead")
    assert all(LOW <= note.pitch <= HIGH for note in played.notes)
    assert {note.onset for note in played.notes} == {note.onset for note in written.notes}
    assert {note.pitch % 12 for note in played.notes} == {note.pitch % 12 for note in written.notes}
    (said,) = made["layers"]["lead"]["remarks"]
    assert said.endswith(f"notes were moved by octaves: plain plays pitches {LOW} to {HIGH}")
    assert made["layers"]["bass"]["remarks"] == []
    assert generate(tmp_path / "b")["run"] is None, "nothing is missing"
    folder = SongFolder.open(tmp_path / "b")
    bar = written.slice(384, 768, shift=False).without_overlaps()
    other = Score.from_notes(
        [n for n in written.notes if n.onset < 384] + [replace(n, velocity=1) for n in bar.notes]
    )
    with folder.lock():
        song, sha = folder.load(), folder.objects.put("score", other.canonical_bytes())
        folder.save(song.with_layer("lead", song.layers["lead"].with_score(sha)))
    generate(tmp_path / "b")
    made = folder.runs.read(2)["details"]["lead"]
    assert made["bars"] == "2-2", "moved notes of the first bar are as they were"


@pytest.mark.parametrize(
    ("ranges", "said"),
    [([1], "by timbre"), ({"plain": [60]}, "two pitches"), ({"plain": [60, 65]}, "narrower than an octave")],
)
def test_bad_ranges(weights: Path, ranges: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        with_ranges(weights / "lead", ranges)
