"""How long property tests of editing go on: a few examples in the suite, a hundred times as many at leisure.

STEMWRIGHT_SOAK=100 python -m pytest tests/editing -k "no_way or without_any_cache"
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SOAK = int(os.environ.get("STEMWRIGHT_SOAK", "1"))


def examples(count: int) -> settings:
    """Settings of a slow property test: this many examples, times the soak."""
    return settings(
        max_examples=count * SOAK,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
