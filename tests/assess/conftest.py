"""Tiny bundles and made-up data, written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.bundles import write_all
from support.held_out import write_data


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny random codec and four tiny random performers."""
    folder = tmp_path_factory.mktemp("weights")
    write_all(folder)
    return folder


@pytest.fixture(scope="session")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up held-out clips of every layer."""
    data = tmp_path_factory.mktemp("data")
    write_data(data)
    return data
