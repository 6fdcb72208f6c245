"""Work side by side: in order, and stopped by the first failure."""

from __future__ import annotations

import threading
import time

import pytest

from stemwright.work.progress import unwatched
from stemwright.work.threads import each


def test_results_come_in_order_and_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []

    def do(item: int, cancelled: object) -> int:
        time.sleep(0.002 * (5 - item))
        return item * item

    assert each(range(5), do, lambda *step: told.append(step), "squares") == [0, 1, 4, 9, 16]
    assert told[0] == ("squares", 0, 5) and told[-1] == ("squares", 5, 5) and len(told) == 6


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_stops_the_rest(monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    monkeypatch.setenv("STEMWRIGHT_THREADS", "2")
    begun: list[int] = []
    stopped = threading.Event()

    def do(item: int, cancelled: object) -> None:
        assert callable(cancelled)
        begun.append(item)
        if item == 0:
            raise error
        while not cancelled():
            time.sleep(0.001)
        stopped.set()

    with pytest.raises(error):
        each(range(50), do, unwatched, "work")
    assert stopped.wait(5) and len(begun) < 6


def test_nothing_to_do() -> None:
    assert each([], lambda item, cancelled: item, unwatched, "nothing") == []
