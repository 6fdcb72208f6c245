"""Made-up shards, written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.shards import write_drums


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two splits of made-up drums with tokens."""
    data = tmp_path_factory.mktemp("data")
    write_drums(data)
    return data
