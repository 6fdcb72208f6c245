"""A song with a recording alone: it sounds without any bundle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.editing.recorded import Recorded, add_recording
from stemwright.producer.create import Wish, create


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path, file = tmp_path / "song", tmp_path / "take.wav"
    create(path, Wish(bpm="240", form="verse:4", seed=1, title="A Tune"))
    tones = [np.sin(2 * np.pi * pitch * np.arange(4 * 48_000) / 48_000) for pitch in (220, 330)]
    for name, tone in zip(("voice", "choir"), tones, strict=True):
        soundfile.write(file, 0.2 * tone, 48_000)
        add_recording(path, name, Recorded(file))
    return path
