"""OSC over UDP: actions in, what changed of the shown state out.

`/slot/launch 0 3` is the action `slot.launch` with its arguments in order.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from stemwright.errors import UsageError, shown
from stemwright.live.control.actions import ACTIONS, Action, make
from stemwright.live.control.osc_format import (
    IMMEDIATELY,
    MAX_BYTES,
    OscError,
    OscMessage,
    OscValue,
    parse_packet,
    write_bundle,
    write_message,
)
from stemwright.live.shown_state import ShownState

MAX_DATAGRAMS = 500
"""Read at one call, so that a flood cannot hold up everything else."""
MAX_REMARKS = 8
"""Lines about wrong datagrams that one call gives."""
NTP_1970 = 2_208_988_800
"""Seconds from 1900, where OSC counts from, to 1970."""
_TEXTS = {kind.name: [p.kind == "str" for p in kind.parameters] for kind in ACTIONS.values()}


@dataclass(slots=True)
class Received:
    """What came: actions in order, and a line for each thing that was refused."""

    actions: list[Action] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class OscServer:
    """Listens on a UDP port. Nothing waits: `poll` takes what is there."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        """`host`: the address to listen at; "0.0.0.0" lets all of the network in. `port` 0: any that is free.
        UsageError where it is taken.
        """
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except (OSError, OverflowError) as error:
            self._socket.close()
            reason = getattr(error, "strerror", None) or error
            raise UsageError(f"OSC: cannot listen at {host}:{port} ({reason}); name another port") from None
        self._socket.setblocking(False)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def poll(self, now: int, sample_of: Callable[[float], int]) -> Received:
        """What came since the last call. `now`: the sample at which what is to be done at once is done;
        `sample_of`: the sample of a time in seconds since 1970.
        """
        received = Received()
        for _ in range(MAX_DATAGRAMS):
            try:
                data, sender = self._socket.recvfrom(MAX_BYTES + 1)
            except OSError:  # nothing there; or an answer of ours met a closed door, which Windows tells here
                break
            self._read(data, str(sender[0]), now, sample_of, received)
        if len(received.remarks) > MAX_REMARKS:
            more = len(received.remarks) - MAX_REMARKS
            received.remarks[MAX_REMARKS:] = [f"OSC: {more} more messages were refused"]
        return received

    def _read(
        self, data: bytes, sender: str, now: int, sample_of: Callable[[float], int], received: Received
    ) -> None:
        try:
            messages = parse_packet(data)
        except OscError as error:
            received.remarks.append(f"OSC from {sender}: {error}")
            return
        for message in messages:
            try:
                at = now if message.time == IMMEDIATELY else max(now, sample_of(_seconds(message.time)))
                received.actions.append(as_action(message, at))
            except UsageError as error:
                received.remarks.append(f"OSC from {sender}: {error.marked}")

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _seconds(time: int) -> float:
    return time / 2**32 - NTP_1970


def as_action(message: OscMessage, sample: int) -> Action:
    """The action that a message asks for. UsageError where it is none."""
    name = message.address.removeprefix("/").replace("/", ".")
    if name not in _TEXTS:
        raise UsageError(
            f"{shown(message.address)} is no action; `panic` is /panic, `slot.launch` /slot/launch"
        )
    given = [
        _fitting(value, is_text)
        for value, is_text in zip(message.arguments, _TEXTS[name], strict=False)
    ]  # fmt: skip
    return make(name, [*given, *message.arguments[len(given) :]], sample)


def _fitting(value: OscValue, is_text: bool) -> object:
    """Surfaces send switches as T, F, 1 or 0, and whole numbers as floats."""
    if is_text and not isinstance(value, str | bytes):
        return "on" if value else "off"
    return value


class OscSender:
    """Tells one receiver what is shown, only what changed since the last time."""

    def __init__(self, host: str, port: int) -> None:
        """UsageError where there is no such host."""
        try:
            if not 1 <= port <= 65535:
                raise OverflowError
            self._target = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)[0][4]
        except (OSError, OverflowError, UnicodeError):
            raise UsageError(
                f"OSC: there is no {host}:{port}; name a host and a port of 1 to 65535"
            ) from None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._sent: dict[str, tuple[OscValue, ...]] = {}

    def send(self, state: ShownState) -> int:
        """How many messages went out. What the network does not take now is sent the next time."""
        changed = [(a, v) for a, v in addresses(state) if self._sent.get(a) != v]
        for start in range(0, len(changed), 32):
            some = changed[start : start + 32]
            try:
                self._socket.sendto(write_bundle([write_message(*one) for one in some]), self._target)
            except OSError:  # nobody listens, or the buffer is full
                return start
            self._sent.update(some)
        return len(changed)

    def close(self) -> None:
        self._socket.close()


def addresses(state: ShownState) -> Iterator[tuple[str, tuple[OscValue, ...]]]:
    """What is told of a state: addresses with their values, levels in whole dB."""
    yield "/state/playing", (state.is_playing,)
    yield "/state/recording", (state.is_recording,)
    yield "/state/tempo", (float(state.bpm),)
    yield "/state/meter", state.meter
    yield "/state/beat", (state.bar, state.beat)
    yield "/state/main", _decibels(state.main_peak)
    for i, column in enumerate(state.columns):
        yield f"/state/column/{i}/name", (column.name[:64],)
        yield f"/state/column/{i}/muted", (column.is_muted,)
        yield f"/state/column/{i}/level", (float(column.level),)
        yield f"/state/column/{i}/peak", _decibels([column.peak])
        for row, slot in enumerate(column.slots):
            yield f"/state/slot/{i}/{row}", (slot.state, slot.name[:64])
    if state.messages:
        last = state.messages[-1]
        yield "/state/message", (last.severity, last.text[:200], last.at)


def _decibels(peaks: Sequence[float]) -> tuple[OscValue, ...]:
    """Silence is -100."""
    return tuple(round(min(max(-100.0, peak), 100.0)) for peak in peaks)  # what is not a number is silence
