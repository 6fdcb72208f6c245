"""A little data of decaying tones, for every test of the codec's training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    t = np.arange(330 * 320) / 24000
    for layer, pitch in (("bass", 55.0), ("lead", 440.0)):
        (folder / layer).mkdir()
        for split in ("train", "valid"):
            x = 0.3 * np.sin(2 * np.pi * pitch * t) * np.exp(-3 * (t % 0.5)) + 0.001 * rng.standard_normal(
                t.size
            )
            (folder / layer / f"{split}-0000.i16").write_bytes((x * 32767).astype("<i2").tobytes())
            (folder / layer / f"{split}-0000.jsonl").write_text("{}\n")
    return folder
