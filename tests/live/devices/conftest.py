"""A JACK server of the tests' own, which plays into nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stemwright.errors import StemwrightError
from stemwright.native.devices import JackLook

NAME = (
    "stemwright-test-"
    + hashlib.sha256(
        f"{Path(__file__).parent} {os.environ.get('PYTEST_XDIST_WORKER', '')}".encode()
    ).hexdigest()[:8]
)
"""Always the same: JACK has room for eight names, and one whose server was killed keeps its own for ever."""


class Server:
    """jackd's dummy driver under a name of its own, at 128 frames."""

    def __init__(self, name: str, rate: int) -> None:
        self.name, self.rate, self.killed, self.realtime = name, rate, False, True
        if not self._start(["-R", "-P", "60"]):
            self.realtime = False
            if not self._start(["-r"]):
                pytest.skip("jackd does not start here")

    def _start(self, options: list[str]) -> bool:
        driver = ["-d", "dummy", "-r", str(self.rate), "-p", "128"]
        self.process = subprocess.Popen(
            ["jackd", "-n", self.name, *options, *driver],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(100):
            time.sleep(0.05)
            if self.process.poll() is not None:
                return False
            try:
                JackLook(self.name)
                return True
            except StemwrightError:
                pass
        self.end()
        return False

    def end(self, kill: bool = False) -> None:
        """A second time, nothing."""
        if self.process.poll() is None:
            self.killed = kill
            (self.process.kill if kill else self.process.terminate)()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """One process of the tests at a time: servers of any name share one registry on a machine."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with (Path(tempfile.gettempdir()) / f"stemwright-jack-tests-{os.getuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    """Starts servers; the first is the default one, for RtMidi as well. All end with the test."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed (Debian: jackd2)")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", NAME)
    begun: list[Server] = []

    def start(rate: int = 48000) -> Server:
        server = Server(NAME, rate)
        begun.append(server)
        return server

    try:
        yield start
    finally:
        for server in begun:
            server.end()
        if begun and begun[-1].killed:  # the next one of its name puts in order what it left
            Server(NAME, 48000).end()


@pytest.fixture
def server(servers: Callable[..., Server]) -> Server:
    return servers()
