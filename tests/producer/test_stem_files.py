"""Exported stems: they add up to the mix, carry their take's number, and leave a read-only song alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.errors import UsageError
from stemwright.exchange.exports import export_song
from stemwright.mix.mixer import placed
from stemwright.producer import workspace
from stemwright.producer.create import Wish, create
from stemwright.producer.decoders import Decoders
from stemwright.producer.generate import generate
from stemwright.producer.heard_stems import decode
from stemwright.producer.mix import mix_song
from stemwright.producer.use import use_take
from stemwright.shown.log import history
from stemwright.shown.reports import check
from stemwright.store import SongFolder
from support.songs import files


def total(made: dict[str, str]) -> np.ndarray:
    return np.sum([soundfile.read(file, always_2d=True)[0] for file in made.values()], axis=0)


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_stems_add_up_to_the_mix_before_its_master(song: Path, kind: str, tmp_path: Path) -> None:
    folder = SongFolder.open(song)
    takes = {name: entry.active for name, entry in folder.load().layers.items() if entry.active}
    stems = decode(folder, takes, Decoders("standard"), sides=True)
    heard = np.sum([part.astype(np.float64) for _, part in placed(stems)], axis=0)
    made = mix_song(song, stems=True, kind=kind)
    assert np.abs(total(made["stems"]) - heard).max() <= 2**-22
    plain = mix_song(song, out=tmp_path / "plain.wav", master="none")
    assert np.abs(soundfile.read(plain["mix"])[0] - heard).max() <= 2**-22
    exported = export_song(song, stems=True, kind=kind, to=tmp_path / "out")["stems"]
    assert np.abs(total(exported) - heard).max() <= 2**-22
    assert {Path(file).suffix for file in (made["mix"], *made["stems"].values())} == {f".{kind}"}
    assert made["remarks"] == [] and history(song)["runs"][-1]["command"] == "export"
    assert check(song)["ok"]


def test_a_stem_beyond_full_scale_is_kept_and_its_sum_is_said(
    song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = total(export_song(song, stems=True, to=tmp_path / "plain")["stems"])
    monkeypatch.setattr("stemwright.mix.summing.HEADROOM_DB", -24.0)
    made = export_song(song, stems=True, to=tmp_path / "out")
    loud = total(made["stems"])
    np.testing.assert_allclose(loud, plain * 10 ** (30 / 20), atol=1e-4)
    assert "FLOAT" in {soundfile.info(file).subtype for file in made["stems"].values()}
    (said,) = made["remarks"]
    assert f"{20 * np.log10(np.abs(loud).max()):+.1f} dBFS" in said
    with pytest.raises(UsageError, match=r"stem \w+: \.flac would clip a peak of .*; use \.wav"):
        export_song(song, stems=True, kind="flac", to=tmp_path / "none")
    assert files(tmp_path / "none") == {}, "all of them or none"


def test_stems_of_two_takes_lie_side_by_side(song: Path, tmp_path: Path) -> None:
    generate(song, ("lead",), seed=9)
    second = export_song(song, stems=True, to=tmp_path / "out")["stems"]
    use_take(song, "lead", 1)
    first = export_song(song, stems=True, to=tmp_path / "out")["stems"]
    assert Path(second["lead"]).name == "A Tune_Lead_take2_240bpm_F#min.wav"
    assert Path(first["lead"]).name == "A Tune_Lead_240bpm_F#min.wav" and first["bass"] == second["bass"]
    assert Path(first["lead"]).read_bytes() != Path(second["lead"]).read_bytes()


def test_all_names_are_shortened_alike(tmp_path: Path) -> None:
    path = tmp_path / "song"
    create(path, Wish(bpm="240", form="verse:1", seed=1, title="春" * 80))
    generate(path)
    made = export_song(path)
    for file in (made["midi"], *made["stems"].values()):
        assert Path(file).is_file() and len(Path(file).name.encode()) <= 200
        assert Path(file).name.startswith("春春")
    assert check(path)["ok"]


@pytest.fixture
def locked(song: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The song where nothing can be written, whoever we are."""
    real = os.access
    monkeypatch.setattr(
        workspace.os, "access", lambda path, mode: mode != os.W_OK and real(path, mode), raising=True
    )
    folders = [song, *(path for path in song.rglob("*") if path.is_dir())]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in folders}
    for path in folders:
        path.chmod(0o555)
    yield song
    for path, mode in modes.items():
        path.chmod(mode)


def test_a_read_only_song_is_rendered_elsewhere(locked: Path, tmp_path: Path) -> None:
    before = files(locked)
    made = mix_song(locked, out=tmp_path / "m.wav")
    assert soundfile.info(made["mix"]).frames > 0
    exported = export_song(locked, to=tmp_path / "out")
    assert all(Path(file).is_file() for file in (exported["midi"], *exported["stems"].values()))
    assert files(locked) == before and check(locked)["ok"]
