"""Bundles and songs for the acceptance tests, which run the command line in processes of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.bundles import write_all
from support.runner import run
from support.songs import SMALL


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny random codec and four tiny random performers."""
    folder = tmp_path_factory.mktemp("weights")
    write_all(folder)
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    """A finished small song. Only to be read: copy it to change it."""
    path = tmp_path_factory.mktemp("finished") / "song"
    done = run("song", path, *SMALL, weights=weights)
    assert done.returncode == 0, done.stderr
    return path
