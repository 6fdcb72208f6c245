"""Reading ahead: batches are made by threads while the last one is trained on.

Batches are pure functions of their step, so the order and the number of threads change nothing but the time.
NumPy lets go of the interpreter's lock in all that costs time here (reading, convolution, resampling).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Batch = TypeVar("Batch")


def ahead(
    make: Callable[[int], Batch], first: int, last: int | None = None, *, threads: int = 1, depth: int = 4
) -> Iterator[Batch]:
    """``make(first)``, ``make(first + 1)``, ... in order, up to ``depth`` of them made before they are asked
    for.

    ``last``: the step to stop before; without end otherwise. An error of ``make`` is raised at its place.
    Close the iterator (or let it go) to stop the threads.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="batches")
    waiting: deque[Future[Batch]] = deque()
    step = first
    try:
        while last is None or step < last or waiting:
            while len(waiting) < max(1, depth) and (last is None or step < last):
                waiting.append(pool.submit(make, step))
                step += 1
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
