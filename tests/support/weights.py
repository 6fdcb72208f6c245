"""Fixtures of tests that need bundles in this process; import them in a folder's `conftest.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.bundles import write_all


@pytest.fixture(scope="session")
def _weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    write_all(folder)
    return folder


@pytest.fixture(autouse=True)
def weights(_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tiny random bundles, found before any other."""
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(_weights))
    return _weights
