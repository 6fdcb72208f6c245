"""Bundles for the producer's tests, which run in this process, and a short song that is generated."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from support.weights import _weights, weights

__all__ = ["_weights", "song", "weights"]


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song"
    create(path, Wish(bpm="240", form="verse:2", seed=1, title="A Tune"))
    generate(path)
    return path
