"""MIDI clock from another machine: start, stop, continue, song position, and a phase-locked loop.

The loop measures tempo and phase with `Pulses` and bends the transport's tempo with `steer`. A silence of up
to two seconds is ridden out; after that the transport goes on by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from fractions import Fraction

from stemwright.live.clock.midi_out import CLOCK, CONTINUE, POSITION, PULSES, START, STOP
from stemwright.live.clock.pulses import Pulses
from stemwright.live.clock.steer import steer, tempo_of
from stemwright.live.clock.transport import SIXTEENTH, State, Transport
from stemwright.song.tempo import MAX_BPM, MIN_BPM, bpm_text

RIDDEN_OUT = 2
"""Seconds of silence after which the clock is given up."""
_EVERY = 6  # pulses from one steering to the next
_SURE = 24  # pulses after which the tempo is trusted
_SLACK = 0.01  # a tempo refused comes back only when it is this far inside of what is played at


class Lock(Enum):
    """How the transport stands to the clock."""

    NONE = "no clock"
    LOCKING = "locking"
    LOCKED = "locked"
    HOLDING = "holding"
    """Pulses are missing; the loop goes on at its tempo."""
    REFUSED = "refused"
    """Pulses come at a tempo that is none to play at."""


class MidiClockIn:
    """Follows the clock of one port. `say` is given a line wherever a performer should know something;
    `latency`: samples that pulses come late.
    """

    def __init__(self, transport: Transport, say: Callable[[str], None], latency: int = 0) -> None:
        self._transport, self._say, self._latency = transport, say, latency
        self.lock = Lock.NONE
        self._pulses = Pulses(transport.rate)
        self._last = 0  # sample of the last pulse
        self._seen = 0  # pulses since the lock began
        self._armed: Callable[[int], bool] | None = None  # what the next pulse begins
        self._held: tuple[State, Fraction] | None = None  # what played, and the position of pulse 0 in it

    @property
    def bpm(self) -> float | None:
        """The clock's tempo as measured; None while it is not known."""
        line = self._pulses.line
        return None if line is None else 60 * self._transport.rate / (line.step * PULSES)

    def receive(self, status: int, sample: int, earliest: int, value: int = 0) -> None:
        """A message that came at a sample; `earliest`: the first sample that can still be reached; `value`:
        sixteenths of a song position. Other messages are left aside.
        """
        if status == CLOCK:
            self._pulse(sample - self._latency, earliest)
        elif status in (START, CONTINUE):
            self._arm(status, earliest)
        elif status == STOP:
            self._armed = None
            self._transport.stop(earliest)
        elif status == POSITION:
            self._locate(earliest, value)

    def _arm(self, status: int, earliest: int) -> None:
        if self._transport.playing(earliest) or self._armed is not None:
            self._say("MIDI clock: a start while it plays already changes nothing")
            return
        self._armed = self._transport.play if status == START else self._transport.resume

    def _locate(self, earliest: int, sixteenths: int) -> None:
        if self._transport.playing(earliest):
            self._say("MIDI clock: a song position while it plays is left aside; stop first")
            return
        self._transport.locate(earliest, sixteenths * SIXTEENTH)

    def _pulse(self, sample: int, earliest: int) -> None:
        self._pulses.add(sample)
        self._last, self._seen = sample, self._seen + 1
        if self._armed is not None:
            armed, self._armed = self._armed, None
            armed(earliest)
            self._hold(earliest)
        self._judge()
        if self.lock in (Lock.LOCKING, Lock.LOCKED) and self._seen % _EVERY == 0:
            self._steer(earliest)

    def _hold(self, earliest: int) -> None:
        """The last pulse is the pulse nearest to where the transport stands."""
        state = self._transport.state(earliest)
        nearest = round(self._transport.position(earliest) * PULSES)
        self._held = (state, Fraction(nearest - self._pulses.index, PULSES))

    def _judge(self) -> None:
        bpm, was = self.bpm, self.lock
        if bpm is None:
            self.lock = Lock.LOCKING
            return
        slack = _SLACK if was is Lock.REFUSED else 0
        if not MIN_BPM * (1 + slack) <= bpm <= MAX_BPM * (1 - slack):
            self.lock = Lock.REFUSED
            if was is not Lock.REFUSED:
                self._say(
                    f"MIDI clock: {bpm:.0f} BPM is no tempo to play at ({MIN_BPM} to {MAX_BPM}); "
                    f"going on at {self._tempo}"
                )
            return
        self.lock = Lock.LOCKED if self._seen >= _SURE else Lock.LOCKING
        if self.lock is Lock.LOCKED and was in (Lock.LOCKING, Lock.NONE, Lock.REFUSED):
            self._say(f"MIDI clock: locked at {bpm:.1f} BPM")

    @property
    def _tempo(self) -> str:
        return f"{bpm_text(self._transport.tempo.last.bpm)} BPM"

    def _steer(self, earliest: int) -> None:
        line, bpm = self._pulses.line, self.bpm
        assert line is not None and bpm is not None
        state = self._transport.state(earliest)
        if not state.playing:
            self._held = None
            steer(self._transport, earliest, 0.0, bpm)
            return
        if self._held is None or self._held[0] != state:  # it was started or moved by hand
            self._hold(earliest)
        assert self._held is not None
        target = float(self._held[1]) + line.number(earliest) / PULSES
        steer(self._transport, earliest, target - float(self._transport.position(earliest)), bpm)
        if self._transport.state(earliest) != state:
            self._held = (self._transport.state(earliest), self._held[1])

    def tick(self, now: int) -> None:
        """Time goes on, also where no pulse comes: call it at least ten times a second."""
        if self.lock is Lock.NONE:
            return
        silence = now - self._last
        if silence > RIDDEN_OUT * self._transport.rate:
            self._give_up(now)
        elif self.lock is Lock.LOCKED and self._pulses.line and silence > 4 * self._pulses.line.step:
            self.lock = Lock.HOLDING
            self._settle(now)

    def _settle(self, now: int) -> None:
        """What is bent is made straight: nobody will do it while no pulse comes."""
        if self.bpm is not None and self._transport.tempo.bpm(now) != tempo_of(self.bpm):
            self._transport.set_tempo(now, tempo_of(self.bpm))

    def _give_up(self, now: int) -> None:
        self.lock, self._held, self._seen = Lock.NONE, None, 0
        self._pulses = Pulses(self._transport.rate)
        self._say(f"MIDI clock: none for {RIDDEN_OUT} seconds; going on at {self._tempo}")
