"""Work on the machine's cores by threads of this process; Ctrl-C or the first failure stops it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from stemwright.work.cores import threads
from stemwright.work.progress import Watch

Item = TypeVar("Item")
Result = TypeVar("Result")
Cancel = Callable[[], bool]

_POLL_SECONDS = 0.2


def side_by_side(
    items: Sequence[Item], do: Callable[[Item, Cancel], Result], name: str, workers: int | None = None
) -> list[Result]:
    """`do(item, cancelled)` of every item, in the order of `items`, by `workers` threads (None: one a core).

    What it gives must not depend on the other items. The first failure, or Ctrl-C, stops the rest, which
    should look at `cancelled()`, and is raised once they have ended.
    """
    stop = threading.Event()
    count = max(1, min(len(items), workers or threads()))
    with ThreadPoolExecutor(count, thread_name_prefix=name) as pool:
        try:
            futures = [pool.submit(do, item, stop.is_set) for item in items]
            left = set(futures)
            while left:  # awake often enough that Ctrl-C is heard
                finished, left = wait(left, timeout=_POLL_SECONDS, return_when=FIRST_EXCEPTION)
                for future in finished:
                    future.result()
            return [future.result() for future in futures]
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def each(
    items: Sequence[Item], do: Callable[[Item, Cancel], Result], watch: Watch, name: str
) -> list[Result]:
    """`side_by_side`, with `watch` told of every item that is done."""
    done, lock = 0, threading.Lock()

    def one(item: Item, cancelled: Cancel) -> Result:
        nonlocal done
        result = do(item, cancelled)
        with lock:
            done += 1
            watch(name, done, len(items))
        return result

    watch(name, 0, len(items))
    return side_by_side(items, one, name)
