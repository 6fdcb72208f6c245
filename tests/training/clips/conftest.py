"""A little data of plucked notes."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from support.tone_data import write_tone_data


@pytest.fixture(scope="session")
def tone_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tone_data(tmp_path_factory.mktemp("tone-data"))
