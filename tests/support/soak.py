"""How long tests go on: a few examples or kills in the suite, many times as many at leisure.

STEMWRIGHT_SOAK=100 python -m pytest tests/editing -k "no_way or without_any_cache"
STEMWRIGHT_SOAK=2 python -m pytest tests/acceptance -k kill
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

SOAK = int(os.environ.get("STEMWRIGHT_SOAK", "1"))

at_leisure = pytest.mark.skipif(SOAK == 1, reason="a soak: set STEMWRIGHT_SOAK, see support/soak.py")


def examples(count: int) -> settings:
    """Settings of a slow property test: this many examples, times the soak."""
    return settings(
        max_examples=count * SOAK,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
