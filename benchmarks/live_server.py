"""What the parts in real time share: a JACK server of their own, and Python that is busy meanwhile."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from stemwright.errors import StemwrightError
from stemwright.native.devices import JackLook

RATE = 48000


@contextmanager
def jack(period: int) -> Iterator[str]:
    """A server of our own; its name."""
    name = "stemwright-bench"
    server = subprocess.Popen(
        ["jackd", "-n", name, "-R", "-P", "60", "-d", "dummy", "-r", str(RATE), "-p", str(period)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            time.sleep(0.1)
            try:
                JackLook(name)
                break
            except StemwrightError:
                if server.poll() is not None:
                    raise SystemExit("jackd does not start here with real-time priority") from None
        yield name
    finally:
        server.terminate()
        server.wait()


def small_numpy(stop: threading.Event) -> None:
    values = np.random.default_rng(1).normal(size=(64, 64))
    while not stop.is_set():
        np.tanh(values @ values).sum()


def pure_python(stop: threading.Event) -> None:
    total = 0
    while not stop.is_set():
        for number in range(1000):
            total = (total * 31 + number) % 1_000_003


LOADS: dict[str, list[Callable[[threading.Event], None]]] = {
    "none": [],
    "numpy": [small_numpy],
    "python": [pure_python, pure_python],
}


def under(load: str, seconds: float, tend: Callable[[], None], every: float = 0.02) -> None:
    """Tends for so long, every so many seconds, while threads of the load run."""
    stop = threading.Event()
    threads = [threading.Thread(target=work, args=(stop,), daemon=True) for work in LOADS[load]]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        tend()
        time.sleep(every)
    stop.set()
    for thread in threads:
        thread.join()
