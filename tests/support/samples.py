"""Tiny synthetic samples, so that these tests need no recordings and no soundfont."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

SOURCE_RATE = 44100


def write_tone(
    path: Path, frequency: float, seconds: float = 1.0, silence: float = 0.0, level: float = 0.5
) -> None:
    """A decaying tone with harmonics at 44.1 kHz, after some silence."""
    import soundfile

    t = np.arange(round(seconds * SOURCE_RATE)) / SOURCE_RATE
    tone = sum(np.sin(2 * np.pi * frequency * k * t) / k for k in (1, 2, 3)) * np.exp(-2 * t) * level / 1.8
    audio = np.concatenate([np.zeros(round(silence * SOURCE_RATE)), tone])
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(str(path), audio.astype(np.float32), SOURCE_RATE)


def _files(folder: Path, path: str | tuple[str, ...]) -> list[Path]:
    if isinstance(path, tuple):
        return [folder / file for file in path]
    place = folder / path
    return [place] if place.suffix else [place / "1-Soft.flac", place / "12-Loud.flac"]


@pytest.fixture(scope="session")
def tone() -> Callable[..., None]:
    """The function :func:`write_tone`."""
    return write_tone


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample folder with every recorded timbre of ``RECIPES``, made of tones and noise."""
    import soundfile

    from stemwright.instruments.kits import KITS
    from stemwright.instruments.timbres import RECIPES

    folder = tmp_path_factory.mktemp("samples")
    for recipes in RECIPES.values():
        for made in recipes:
            if made.kind == "sfz":
                sfz = folder / made.path
                write_tone(sfz.parent / "tones" / "a3.flac", 220.0, silence=0.02)
                sfz.write_text(
                    "<group> ampeg_release=0.2\n<region> lokey=0 hikey=127 pitch_keycenter=57 "
                    "sample=tones/a3.flac\n"
                )
            elif made.kind == "sample":
                write_tone(folder / made.path, 440.0 * 2 ** ((made.center - 69) / 12), seconds=4.0)
            elif made.kind == "named":
                write_tone(folder / made.path / "a3_mp_rr1.flac", 220.0, level=0.2)
                write_tone(folder / made.path / "a3_f_rr1.flac", 220.0)
    rng = np.random.default_rng(5)
    for kit in KITS.values():
        for piece in kit.values():
            files = _files(folder, piece.path)
            for level, file in zip((0.2, 0.8), files, strict=False):
                file.parent.mkdir(parents=True, exist_ok=True)
                decay = np.exp(-np.arange(8820) / 1500.0) * level
                soundfile.write(str(file), (rng.uniform(-1, 1, 8820) * decay).astype(np.float32), SOURCE_RATE)
    return folder
