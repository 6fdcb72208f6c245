"""Ableton Link with packages that are not there, and with stand-ins for those that may be."""

import sys
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from stemwright.errors import StemwrightError
from stemwright.live.clock.link import LinkFollower, join
from stemwright.live.clock.transport import Transport

F = Fraction


class Aalink:
    """What aalink's Link has, of what is used."""

    def __init__(self, bpm: float, loop: Any) -> None:
        self.tempo, self.beat, self.num_peers = bpm, 0.0, 2
        self.quantum, self.enabled, self.loop = 1.0, False, loop


class State:
    def __init__(self, link: "LinkPython") -> None:
        self.link, self.bpm = link, link.bpm

    def tempo(self) -> float:
        return self.bpm

    def setTempo(self, bpm: float, at: int) -> None:
        self.bpm = bpm

    def beatAtTime(self, at: int, quantum: float) -> float:
        return at / 1e6 * self.bpm / 60 % quantum


class LinkPython:
    """What LinkPython-extern's Link has, of what is used."""

    def __init__(self, bpm: float) -> None:
        self.bpm, self.enabled = bpm, False

    def captureSessionState(self) -> State:
        return State(self)

    def commitSessionState(self, state: State) -> None:
        self.bpm = state.bpm

    def clock(self) -> Any:
        return SimpleNamespace(micros=lambda: 1_000_000)

    def numPeers(self) -> int:
        return 1


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("aalink", "link"):
        monkeypatch.setitem(sys.modules, name, None)


def test_without_a_package_one_line_says_what_to_install() -> None:
    with pytest.raises(StemwrightError, match=r"pip install aalink\) or .*pip install LinkPython-extern"):
        join(F(120), 0)


def test_another_module_of_that_name_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "link", SimpleNamespace())
    with pytest.raises(StemwrightError, match="needs one of two packages"):
        join(F(120), 0)


def test_a_package_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "link", SimpleNamespace(Link=lambda: None))
    with pytest.raises(StemwrightError, match="LinkPython-extern cannot be used"):
        join(F(120), 0)


def test_both_packages_are_spoken_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aalink", SimpleNamespace(Link=Aalink))
    session = join(F(100), 0)
    assert (session.bpm, session.beat, session.peers) == (100, 0, 2)
    session.set_bpm(90.0)
    assert session.bpm == 90
    session.close()
    monkeypatch.setitem(sys.modules, "aalink", None)
    monkeypatch.setitem(sys.modules, "link", SimpleNamespace(Link=LinkPython))
    session = join(F(100), 0)
    assert (session.bpm, session.peers) == (100, 1)
    assert session.beat == pytest.approx(100 / 60)
    session.set_bpm(90.0)
    assert session.bpm == 90
    session.close()


def test_the_transport_goes_with_the_session() -> None:
    """The session's beat is 4.9 s of 124 BPM ahead; tempo and phase of its bars are taken over."""
    transport = Transport(F(100))
    session = SimpleNamespace(bpm=124.0, beat=0.0, peers=1)
    follower = LinkFollower(transport, session)

    def beat(sample: int) -> float:
        return (sample / 48_000 + 4.9) * 124 / 60

    session.beat = beat(1000)
    start = follower.next_bar(1480, 0.010)
    assert beat(start) % 4 == pytest.approx(0, abs=1e-4) or beat(start) % 4 == pytest.approx(4, abs=1e-4)
    transport.play(start)
    for now in range(start, start + 20 * 48_000, 2400):
        session.beat = beat(now)
        assert follower.follow(now + 480, 0.010)
    off = (beat(now) - float(transport.position(now)) + 2) % 4 - 2
    assert abs(off) * 60 / 124 < 0.002
    session.bpm = 999.0
    assert not follower.follow(now + 480, 0.010)
