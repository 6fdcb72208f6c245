"""A short song without takes: going back and forth needs no sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.producer.create import Wish, create
from support.weights import _weights, weights

__all__ = ["_weights", "bare", "weights"]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    path = tmp_path / "bare"
    create(path, Wish(bpm="240", form="verse:2", seed=1, title="A Tune"))
    return path
