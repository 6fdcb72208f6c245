"""Jobs done by processes of one thread each, in any order, none begun after a deadline."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any, Protocol, TypeVar

from stemwright.errors import StemwrightError, argument
from stemwright.work.cores import cores

Job = TypeVar("Job")
Made = TypeVar("Made")
Given = TypeVar("Given", contravariant=True)
Gives = TypeVar("Gives", covariant=True)


class Worker(Protocol[Given, Gives]):
    """What a process keeps between jobs."""

    def run(self, job: Given) -> Gives:
        """Do one job."""


_worker: Worker[Any, Any] | None = None


def _limit_library_threads() -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _start(make: Callable[..., Worker[Any, Any]], setup: tuple[Any, ...]) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends a worker without a word; the parent speaks
    _limit_library_threads()
    _worker = make(*setup)


def _run(job: Any) -> Any:
    assert _worker is not None
    return _worker.run(job)


def results(
    jobs: Iterable[Job],
    make: Callable[..., Worker[Job, Made]],
    setup: tuple[Any, ...],
    workers: int | None,
    minutes: float | None,
) -> Iterator[Made]:
    """What ``make(*setup).run`` makes of the jobs, here or in so many processes (None: one a core).

    ``minutes``: no job is begun after so much wall time. StemwrightError where a process was killed.
    """
    count = workers or cores()
    deadline = None if minutes is None else time.monotonic() + minutes * 60
    in_time = (job for job in jobs if deadline is None or time.monotonic() < deadline)
    if count <= 1:
        _limit_library_threads()
        worker = make(*setup)
        yield from map(worker.run, in_time)
        return
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(count, context, _start, (make, setup)) as pool:
            waiting = {pool.submit(_run, job) for job in islice(in_time, count)}
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
                    waiting |= {pool.submit(_run, job) for job in islice(in_time, 1)}
    except BrokenProcessPool as error:
        raise StemwrightError(
            f"a process was killed, perhaps for want of memory: run again with fewer {argument('workers')}"
        ) from error
