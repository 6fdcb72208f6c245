"""A tiny companion with random weights."""

from __future__ import annotations

import pytest

from stemwright.models import Bundle
from support.companions import write_companion


@pytest.fixture(scope="session")
def random_bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Its bundle."""
    return write_companion(tmp_path_factory.mktemp("live_companion"))
