"""What the first sound waits for, made ready while the first phrase is being written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from stemwright.codec.tone.streaming import NOTES, TRUNK
from stemwright.errors import StemwrightError
from stemwright.mix.room import response
from stemwright.producer import bundles
from stemwright.stream.mixing import RATE


@contextmanager
def warmed(players: Sequence[Callable[[], object]]) -> Iterator[None]:
    """Read graphs, and what ``players`` need, by threads of their own. What is wrong with them is told by who
    needs them.
    """
    steps: list[Callable[[], object]] = [
        lambda: bundles.tone().session(TRUNK),
        lambda: bundles.tone().session(NOTES),
    ]
    steps += players
    steps.append(lambda: response(RATE))
    pool = ThreadPoolExecutor(2, thread_name_prefix="warm")
    try:
        for step in steps:
            pool.submit(_quietly, step)
        yield
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _quietly(step: Callable[[], object]) -> None:
    with suppress(StemwrightError):
        step()
