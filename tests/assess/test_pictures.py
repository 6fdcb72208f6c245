"""Pictures: drawn, the same every time; without matplotlib one line says what to install."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from stemwright.assess import pictures
from stemwright.assess.curves import Curve
from stemwright.errors import StemwrightError, UsageError
from stemwright.song.timebase import SAMPLE_RATE


def is_png(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG\r\n") and path.stat().st_size > 5000


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(StemwrightError, match="-m pip install matplotlib"):
        pictures.require(tmp_path)


def test_spectrograms(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    noise = np.random.default_rng(0).standard_normal(8 * SAMPLE_RATE).astype(np.float32) * 0.1
    made = [
        pictures.spectrograms(tmp_path / name, "noise", {"original": noise, "softer": noise * 0.1})
        for name in ("a.png", "b.png")
    ]
    assert is_png(made[0]) and made[0].read_bytes() == made[1].read_bytes()


@pytest.mark.parametrize("size", [10, 1000])
def test_short_and_silent_sounds_can_be_drawn(tmp_path: Path, size: int) -> None:
    pytest.importorskip("matplotlib")
    silence = np.zeros(size, np.float32)
    assert is_png(pictures.spectrograms(tmp_path / "a.png", "", {"nothing": silence, "too": silence}))


def test_onset_histogram(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    offsets = {"performed": np.random.default_rng(0).normal(3, 10, 200), "rendered": np.zeros(0)}
    assert is_png(pictures.onset_histogram(tmp_path / "a.png", "drums", offsets, 220))


def test_curves_of_one_kind_share_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    points = [(60.0 * i, 2.0 / (1 + i)) for i in range(5)]
    codec = Curve("one", "codec", points, points, {"mel distance": points}, judged_from=120.0)
    player = Curve("drums", "performer", points, points, {"codebook 1": points, "codebook 2": points})
    made = pictures.draw_curves(tmp_path, [codec, player, codec])
    assert [path.name for path in made] == ["curve_codecs.png", "curve_drums.png"]
    assert all(map(is_png, made))


def test_folders_are_made_and_files_refused(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert pictures.require(tmp_path / "new" / "folder").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        pictures.require(tmp_path / "file")


def test_names_are_plain() -> None:
    assert pictures.file_name("spectrogram", "my song/../x", "valid") == "spectrogram_my-song-x_valid.png"
