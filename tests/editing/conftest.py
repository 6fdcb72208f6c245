"""A short song without takes: going back and forth needs no sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from support.weights import _weights, weights

__all__ = ["_weights", "bare", "made", "weights"]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    path = tmp_path / "bare"
    create(path, Wish(bpm="240", form="verse:2", seed=1, title="A Tune"))
    return path


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Three sections of a made song, at a tempo whose bars are not of one length in frames."""
    path = tmp_path / "made"
    create(path, Wish(bpm="233", form="intro:1 verse:3 chorus:2", key="D minor", seed=4, title="A Tune"))
    generate(path)
    return path
