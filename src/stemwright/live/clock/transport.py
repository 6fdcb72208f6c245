"""Play, stop, continue and locate, tempo and meter, each from a sample on.

The clock of quarter notes always runs, so that others can be sent its pulses; while the transport plays, the
song's position is the clock's. What is asked from a sample on replaces whatever was to come from there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from math import floor

from stemwright.live.clock.grid import Grid, of_meter, of_song
from stemwright.live.clock.song_tempo import SongTempo
from stemwright.live.clock.tempo import TempoMap
from stemwright.live.commands import RATE
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState

SIXTEENTH = Fraction(1, 4)
"""Positions that one may go to are whole numbers of it: MIDI tells positions so."""


class Act(Enum):
    """What the transport did."""

    PLAY = "play"
    CONTINUE = "continue"
    STOP = "stop"
    LOCATE = "locate"


@dataclass(frozen=True, slots=True)
class State:
    """From `sample` on: whether it plays, from which position in quarters, and by what act."""

    sample: int
    playing: bool
    position: Fraction
    act: Act


class Transport:
    """Stands at position 0 until it is told to play. Samples of calls may be ahead, never behind what was
    played already: whoever calls gives the first sample that can still be reached.
    """

    def __init__(self, bpm: Fraction, meter: Meter | None = None, rate: int = RATE) -> None:
        self.tempo = TempoMap(bpm, rate)
        self.grid = Grid(of_meter(Fraction(0), meter or Meter()))
        self.listeners: list[Callable[[int], None]] = []
        """Called with a sample from which on time is another than it was."""
        self._states = [State(0, False, Fraction(0), Act.STOP)]
        self._song: SongTempo | None = None

    @classmethod
    def of_song(cls, state: GlobalState, rate: int = RATE) -> Transport:
        """With a song's form, meters and tempos, which go round."""
        transport = cls(state.bpm, state.meter, rate)
        transport.grid = Grid(of_song(state))
        transport._song = SongTempo(state)
        return transport

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self.tempo.rate

    def state(self, sample: int) -> State:
        """What holds at a sample."""
        return self._states[max(0, bisect_right(self._states, sample, key=lambda s: s.sample) - 1)]

    def states(self, start: int, stop: int) -> list[State]:
        """What began at samples start..stop - 1, but for the beginning itself."""
        return [state for state in self._states[1:] if start <= state.sample < stop]

    def playing(self, sample: int) -> bool:
        """Whether it plays at a sample."""
        return self.state(sample).playing

    def position(self, sample: int) -> Fraction:
        """The place in the song at a sample, in quarters."""
        state = self.state(sample)
        return self.tempo.quarters(sample) if state.playing else state.position

    def play(self, sample: int) -> bool:
        """Begin at the beginning. False, and nothing done, where it plays already."""
        return not self.playing(sample) and self._roll(sample, Fraction(0), Act.PLAY)

    def resume(self, sample: int) -> bool:
        """Go on where it stands. False, and nothing done, where it plays already."""
        return not self.playing(sample) and self._roll(sample, self.position(sample), Act.CONTINUE)

    def stop(self, sample: int) -> bool:
        """Stand still; the clock goes on. False where it stood still and nothing was to come."""
        if not self.playing(sample) and self._states[-1].sample <= sample:
            return False
        self.tempo.cut(sample)
        self._put(State(sample, False, self.position(sample), Act.STOP))
        return True

    def locate(self, sample: int, position: Fraction) -> Fraction:
        """Go to a position, playing or not; gives it, cut to sixteenths and not before 0."""
        place = max(Fraction(0), floor(position / SIXTEENTH) * SIXTEENTH)
        if self.playing(sample):
            self._roll(sample, place, Act.LOCATE)
        else:
            self.tempo.cut(sample)
            self._put(State(sample, False, place, Act.LOCATE))
        return place

    def align(self, sample: int, position: Fraction) -> None:
        """While it plays, be at an exact position from a sample on: that of a clock that is followed."""
        if self.playing(sample):
            self._roll(sample, position, Act.LOCATE)

    def _roll(self, sample: int, position: Fraction, act: Act) -> bool:
        self.tempo.jump(sample, position)
        if self._song is not None:
            self._song.begin(self.tempo, sample, position)
        self._put(State(sample, True, position, act))
        return True

    def _put(self, state: State) -> None:
        self._states = [s for s in self._states if s.sample < state.sample or s is self._states[0]]
        self._states.append(state)
        self._tell(state.sample)

    def _tell(self, sample: int) -> None:
        for listener in self.listeners:
            listener(sample)

    def set_tempo(self, sample: int, bpm: Fraction) -> None:
        """A tempo from a sample on; the song's own are followed no more. UsageError where it is none."""
        self.tempo.change(sample, bpm)
        self._song = None
        self._again(sample)
        self._tell(sample)

    def set_tempo_at(self, quarters: Fraction, bpm: Fraction) -> None:
        """A tempo from a place ahead on, while it plays; as `set_tempo`."""
        self.tempo.change_at(quarters, bpm)
        self._song = None
        sample = self.tempo.sample(quarters)
        self._again(sample)
        self._tell(sample)

    def _again(self, sample: int) -> None:
        """Acts to come keep their samples on a clock that is another from a sample on."""
        later = [state for state in self._states[1:] if state.sample > sample]
        del self._states[len(self._states) - len(later) :]
        for state in later:
            if state.playing:
                self.tempo.jump(state.sample, state.position)
            elif state.act is Act.STOP:
                state = replace(state, position=self.position(state.sample))
            self._states.append(state)

    def set_meter(self, sample: int, meter: Meter) -> Fraction:
        """Another meter from the next bar line on; gives that bar line in quarters."""
        start = self.grid.set_meter(self.position(sample), meter)
        self._tell(sample)
        return start

    def one(self, sample: int) -> Fraction:
        """The beat nearest to a sample is the first of a bar and of a phrase; gives it in quarters."""
        start = self.grid.one(self.position(sample))
        self._tell(sample)
        return start

    def phrases_of(self, sample: int, bars: int) -> None:
        """Phrases of so many bars. UsageError outside 1..64."""
        self.grid.phrases_of(bars)
        self._tell(sample)

    def extend(self, until: int) -> None:
        """Lay out the song's own tempos up to a sample."""
        if self._song is not None and self._states[-1].playing:
            first = self._song.extend(self.tempo, until)
            if first is not None:
                self._tell(first)
