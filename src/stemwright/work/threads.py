"""Many pieces of work on the machine's cores, in order, with progress; Ctrl-C stops them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from stemwright.producer import machine
from stemwright.work.progress import Watch

Item = TypeVar("Item")
Result = TypeVar("Result")
Cancel = Callable[[], bool]

_POLL_SECONDS = 0.2


def each(
    items: Sequence[Item], do: Callable[[Item, Cancel], Result], watch: Watch, name: str
) -> list[Result]:
    """`do(item, cancelled)` of every item, in the order of `items`.

    What it gives must not depend on the other items: they run side by side. The first failure, or Ctrl-C,
    stops the rest and is raised.
    """
    stop = threading.Event()
    done, lock = 0, threading.Lock()

    def one(item: Item) -> Result:
        nonlocal done
        result = do(item, stop.is_set)
        with lock:
            done += 1
            watch(name, done, len(items))
        return result

    watch(name, 0, len(items))
    pool = ThreadPoolExecutor(max(1, min(len(items), machine.threads())), thread_name_prefix=name)
    try:
        futures = [pool.submit(one, item) for item in items]
        left = set(futures)
        while left:  # awake often enough that Ctrl-C is heard
            finished, left = wait(left, timeout=_POLL_SECONDS, return_when=FIRST_EXCEPTION)
            for future in finished:
                future.result()
        return [future.result() for future in futures]
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
