from __future__ import annotations

import threading
import time
from itertools import islice

import pytest

from stemwright.training.stream import ahead


@pytest.mark.parametrize("threads", [1, 3])
def test_batches_come_in_order(threads: int) -> None:
    def make(step: int) -> int:
        time.sleep(0.002 * (step % 3))
        return step * 10

    assert list(ahead(make, 2, 9, threads=threads, depth=5)) == [s * 10 for s in range(2, 9)]
    assert list(islice(ahead(make, 0, threads=threads), 7)) == [s * 10 for s in range(7)]
    assert list(ahead(make, 3, 3)) == []


def test_they_are_made_before_they_are_asked_for() -> None:
    made = threading.Semaphore(0)

    def make(step: int) -> int:
        made.release()
        return step

    stream = ahead(make, 0, depth=3)
    assert next(stream) == 0
    for _ in range(3):
        assert made.acquire(timeout=5)
    assert next(stream) == 1
    stream.close()


def test_an_error_comes_at_its_place_and_threads_end() -> None:
    before = threading.active_count()

    def make(step: int) -> int:
        return 6 // (2 - step)

    stream = ahead(make, 0, depth=4, threads=2)
    assert [next(stream), next(stream)] == [3, 6]
    with pytest.raises(ZeroDivisionError):
        next(stream)
    assert threading.active_count() == before
