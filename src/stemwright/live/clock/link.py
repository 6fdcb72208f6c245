"""Ableton Link, where the user has installed a package for it: aalink, or LinkPython-extern.

Both contain Link, which is under the GPL; so neither is a dependency, and nothing is imported until it is
asked for.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from fractions import Fraction
from math import ceil
from typing import Any, Protocol

from stemwright.errors import StemwrightError, install
from stemwright.live.clock.steer import steer
from stemwright.live.clock.transport import Transport
from stemwright.song.tempo import MAX_BPM, MIN_BPM

QUANTUM = 4.0
"""Beats (quarter notes) of which all in a session have the same phase."""
_SETTLE = 0.5
"""Seconds between making a Link and joining: a peer that joins at once may push its tempo on the session
(artfwo/aalink, issue 7).
"""


class Session(Protocol):
    """A Link session, by whatever package."""

    @property
    def bpm(self) -> float:
        """The session's tempo."""

    @property
    def beat(self) -> float:
        """The session's beat now, whose phase is the same for all within `QUANTUM`."""

    @property
    def peers(self) -> int:
        """How many others there are."""

    def set_bpm(self, bpm: float) -> None:
        """Give the session a tempo."""

    def close(self) -> None:
        """Leave it."""


class _Aalink:
    """By aalink, whose event loop is needed for waiting alone, which is not done here."""

    def __init__(self, module: Any, bpm: float, settle: float) -> None:
        self._loop = asyncio.new_event_loop()
        self._link = module.Link(bpm, self._loop)
        self._link.quantum = QUANTUM
        time.sleep(settle)
        self._link.enabled = True

    @property
    def bpm(self) -> float:
        return float(self._link.tempo)

    @property
    def beat(self) -> float:
        return float(self._link.beat)

    @property
    def peers(self) -> int:
        return int(self._link.num_peers)

    def set_bpm(self, bpm: float) -> None:
        self._link.tempo = bpm

    def close(self) -> None:
        self._link.enabled = False
        self._loop.close()


class _LinkPython:
    """By LinkPython-extern, whose module is `link`."""

    def __init__(self, module: Any, bpm: float, settle: float) -> None:
        self._link = module.Link(bpm)
        time.sleep(settle)
        self._link.enabled = True

    @property
    def bpm(self) -> float:
        return float(self._link.captureSessionState().tempo())

    @property
    def beat(self) -> float:
        now = self._link.clock().micros()
        return float(self._link.captureSessionState().beatAtTime(now, QUANTUM))

    @property
    def peers(self) -> int:
        return int(self._link.numPeers())

    def set_bpm(self, bpm: float) -> None:
        state = self._link.captureSessionState()
        state.setTempo(bpm, self._link.clock().micros())
        self._link.commitSessionState(state)

    def close(self) -> None:
        self._link.enabled = False


_KINDS = (("aalink", "aalink", _Aalink), ("link", "LinkPython-extern", _LinkPython))


def join(bpm: Fraction, settle: float = _SETTLE) -> Session:
    """Join the session of the network, or begin one at a tempo. StemwrightError where no package is there, or
    the one that is there cannot be used.
    """
    for name, package, kind in _KINDS:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if not hasattr(module, "Link"):  # `link` is a common name
            continue
        try:
            return kind(module, float(bpm), settle)
        except (AttributeError, TypeError, OSError, RuntimeError) as error:
            raise StemwrightError(f"Ableton Link: the package {package} cannot be used ({error})") from error
    packages = " or ".join(f"{package} ({install(package)})" for _, package, _ in _KINDS)
    raise StemwrightError(f"Ableton Link needs one of two packages, both under the GPL: {packages}")


class LinkFollower:
    """A transport that goes with a session's tempo and phase."""

    def __init__(self, transport: Transport, session: Session) -> None:
        self._transport, self._session = transport, session

    def follow(self, earliest: int, ahead: float) -> bool:
        """Go with the session from a sample on, which is heard in `ahead` seconds. False, and nothing done,
        where its tempo is none to play at.
        """
        bpm = self._session.bpm
        if not MIN_BPM <= bpm <= MAX_BPM:
            return False
        error = 0.0
        if self._transport.playing(earliest):
            target = self._session.beat + ahead * bpm / 60
            off = target - float(self._transport.position(earliest))
            error = (off + QUANTUM / 2) % QUANTUM - QUANTUM / 2
        steer(self._transport, earliest, error, bpm)
        return True

    def next_bar(self, earliest: int, ahead: float) -> int:
        """The first sample from `earliest` on at which the session's `QUANTUM` begins: play there to be with
        the others.
        """
        bpm = self._session.bpm
        beat = self._session.beat + ahead * bpm / 60
        left = ceil(beat / QUANTUM) * QUANTUM - beat
        return earliest + round(left * 60 / bpm * self._transport.rate)
