"""Tiny random bundles, and a song of two bars that they have played."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import stemwright as sw
from support.weights import _weights, weights

__all__ = ["_weights", "song", "weights"]


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory, _weights: Path) -> Path:
    folder = tmp_path_factory.mktemp("songs") / "made"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_WEIGHTS", str(_weights))
        sw.new(folder, bpm=200, form="verse:2", seed=5).generate()
    return folder


@pytest.fixture
def song(_made: Path, tmp_path: Path) -> sw.Song:
    """A copy of a song of two bars, every layer with one take."""
    shutil.copytree(_made, tmp_path / "song")
    return sw.open(tmp_path / "song")
