"""A short song that is opened for the stage once for all tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stemwright.live.session.opening import Opened, open_song
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from support.weights import _weights, weights

__all__ = ["_weights", "weights"]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, _weights: Path) -> Path:
    """Two sections of two bars at 240 BPM."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_WEIGHTS", str(_weights))
        path = tmp_path_factory.mktemp("songs") / "song"
        create(path, Wish(bpm="240", form="verse:2 chorus:2", key="D minor", seed=4, title="A Tune"))
        generate(path)
    return path


@pytest.fixture(scope="session")
def _opened(made: Path, _weights: Path) -> Opened:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_WEIGHTS", str(_weights))
        folder = made.parent / "opened"
        folder.mkdir()
        return open_song(made, folder)


@pytest.fixture
def opened(_opened: Opened, tmp_path: Path) -> Opened:
    """The song opened, with a copy of its own."""
    place = tmp_path / "copy"
    shutil.copytree(_opened.place, place)
    return Opened(place, _opened.song, _opened.scenes, _opened.stems)
