"""Audio in, beats out: causal, of constant cost, the same for blocks of any size.

A beat is told `LATENCY` after it at most: the network tells an activation `delay` frames after its sound,
when most of a window has heard it, and a frame is a hundredth of a second. Between beats the `Pulse` says
where the music is and when the next beat falls. Where no beat is heard (silence, applause, talk), the
confidence falls: below `SURE` the pulse goes on at the tempo that it had, below `LOST` no beat is told.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError, argument
from stemwright.live.beats.bars import BarPointer
from stemwright.live.beats.level import LEVELS, Level
from stemwright.live.beats.line import KEPT, PulseLine
from stemwright.live.beats.network import BeatNetwork
from stemwright.live.beats.pointer import FLOOR, HELD_FLOOR, BeatPointer
from stemwright.live.beats.spectrum import FRAME_RATE, Floats, Spectrum
from stemwright.live.beats.tempo_states import FASTEST_BPM, SLOWEST_BPM, WIDTH, TempoStates
from stemwright.models import load_bundle

LATENCY = 0.05
"""Seconds."""
SURE, SURE_AGAIN = 0.2, 0.3
"""The confidence below which beats no longer move the pulse, and from which on they do so again."""
FOUND, LOST = 0.1, 0.05
"""The confidence from which on beats are told, and below which no longer."""
TRUST = 0.3
"""How far a beat moves the confidence."""
NEAR = 4
"""Frames around a beat in which its activation is looked for."""
HEARD = 0.06
"""The activation from which on a beat is where it is highest, and moves the pulse."""
SHORTEST, MISSED = 0.6, 1.5
"""Shares of a beat before which the next is not told, and after which it is missed."""
BLIND = 50
"""Frames in which the network was taught nothing: it has hardly heard anything then."""
OLDEST = 4.7
"""Frames by which a beat lies back at most when it is told: `LATENCY`, but for a block of 128 samples."""
TOLD_AT, LATEST = 3, 4
"""Frames after a beat's beginning in the pointer's states at which it is told: the first, and the last."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat was heard at `sample`; `number` of `meter` beats of its bar (from 1), a guess; `bpm`: beats a
    minute; `confidence`: 0 to 1."""

    sample: int
    number: int
    meter: int
    bpm: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Pulse:
    """Where the music is at `sample`, the end of what was heard. `bpm`: beats a minute; `next_beat`: the
    sample at which the next one falls; `phase`: how far the beat is gone, 0 to 1. `held`: no beat is heard,
    and these go on as they were. `number` of `meter`: of the last beat."""

    sample: int
    bpm: float
    next_beat: int
    phase: float
    confidence: float
    held: bool
    number: int
    meter: int


class BeatTracker:
    """One stream of sound; for one thread at a time. `rate`: a multiple of 100 Hz from 22,000 on; `start`:
    the sample at which it begins; `around`: the tempo if it is known, say by tapping or from the song.
    """

    def __init__(self, network: BeatNetwork, rate: int, start: int = 0, around: float | None = None) -> None:
        self._spectrum, self._network = Spectrum(rate), network
        self._bars = BarPointer()
        self.rate = rate
        self.reset(start, around)

    @classmethod
    def load(cls, bundle: Path | str, rate: int, start: int = 0, around: float | None = None) -> BeatTracker:
        """A tracker with the network of a bundle's folder. UsageError or StemwrightError where it is none."""
        found = load_bundle(bundle, kind="beats")
        tensors = found.tensors()
        network = BeatNetwork(found.manifest.architecture, {name: tensors[name] for name in tensors})
        return cls(network, rate, start, around)

    def reset(self, start: int = 0, around: float | None = None) -> None:
        """As if nothing had been heard. UsageError for a tempo that no beat has."""
        if around is not None and not SLOWEST_BPM <= around <= FASTEST_BPM:
            raise UsageError(
                f"{argument('around')} {around:g}: beats are {SLOWEST_BPM:g} to {FASTEST_BPM:g} a minute; "
                "halve or double it"
            )
        self._spectrum.reset()
        self._network.reset()
        self._pointer = BeatPointer(TempoStates(around))
        self._pointer.start(around)
        self._longest = float(self._pointer.states.intervals[-1])
        self._bars.reset()
        self._line, self._level = PulseLine(), Level()
        self._counted = 0  # the pointer's beats
        self._beats: deque[tuple[int, float]] = deque(maxlen=max(LEVELS) * KEPT)  # numbers, places
        self._start, self._frames = start, 0
        self._recent: deque[tuple[float, float]] = deque(maxlen=4 * FRAME_RATE)
        self._last = self._due = -1.0  # where the pointer's last beat was, and the last that should have been
        self._interval = float(FRAME_RATE)
        self._told = self._lost = self._held = False
        self.confidence = 0.0

    def push(self, block: npt.ArrayLike) -> list[Beat]:
        """The beats that a block of sound float32 [samples] or [samples, channels] tells."""
        return [beat for frame in self._spectrum.push(block) if (beat := self._hear(frame)) is not None]

    @property
    def pulse(self) -> Pulse | None:
        """Where the music is now; None before a tempo is known."""
        period = self._line.period
        if not period:
            return None
        now = self._frames  # frames of sound that were heard
        gone = (now - self._line.latest) / period
        number, meter, _ = self._bars.place
        return Pulse(
            sample=self._sample(now),
            bpm=60.0 * FRAME_RATE / period,
            next_beat=self._sample(self._line.latest + (np.floor(gone) + 1) * period),
            phase=float(gone % 1.0),
            confidence=self.confidence,
            held=self._held,
            number=number,
            meter=meter,
        )

    def _sample(self, frames: float) -> int:
        return self._start + round(frames * self._spectrum.hop)

    def _hear(self, frame: Floats) -> Beat | None:
        heard = self._network.hear(frame)
        self._recent.append(heard)
        self._frames += 1
        place = self._pointer.hear(heard[0], HELD_FLOOR if self._lost else FLOOR)
        if self._frames - self._due > MISSED * place.interval:
            self._missed(place.interval)
        since = self._frames - self._last if self._last >= 0 else np.inf
        if not TOLD_AT <= place.position <= LATEST or since < SHORTEST * place.interval:
            return None
        self._weigh(self._due)
        if self._last >= 0:
            self._counted += max(1, round((self._frames - self._due) / place.interval))
        at, strength = self._peak(len(self._recent) - 1 - LATEST, len(self._recent))
        if strength < HEARD:
            at = self._frames - place.position + (WIDTH - 1) / 2
        self._last = self._due = at
        self._interval = float(place.interval)
        return self._beat(max(0.0, at - self._network.delay, self._frames - OLDEST), strength)

    def _missed(self, interval: float) -> None:
        """No beat where one was due: the pointer looks for another tempo."""
        self._weigh(self._due)
        self._due += interval
        self._counted += 1
        self._decide(0.0)

    def _peak(self, first: int, stop: int) -> tuple[float, float]:
        """Where among recent frames the activation is highest, as a count of frames from the first of all,
        finer than a frame, and how high it is."""
        values = np.array([beat for beat, _ in islice(self._recent, max(0, first), max(0, stop))])
        if not len(values):
            return 0.0, 0.0
        top = int(values.argmax())
        low = max(0, top - 2)
        part = values[low : top + 3]
        centre = low + float((part * np.arange(len(part))).sum() / max(1e-9, part.sum()))
        return self._frames - len(self._recent) + max(0, first) + centre + 1.0, float(values[top])

    def _weigh(self, last: float) -> None:
        """What the last beat was worth, now that the frames around it were heard."""
        middle = len(self._recent) - round(self._frames - last) - 1
        at, strength = self._peak(middle - NEAR, middle + NEAR + 1)
        if last < 0:  # before the first
            return
        self.confidence += TRUST * (strength - self.confidence)
        wanted = SURE_AGAIN if self._held and self._line.period else SURE
        self._held = self.confidence < wanted
        if not self._held:
            self._go_on(at - self._network.delay, strength)

    def _go_on(self, place: float, strength: float) -> None:
        """The pulse goes through the pointer's last beat, if that is one of the music."""
        if strength >= HEARD:
            self._beats.append((self._counted, place))
        others = self._level.hear(self._counted, strength, self._interval, self._longest)
        found = [at for number, at in self._beats if self._level.is_beat(number)]
        if others:
            self._bars.reset()
        if others and found:
            self._line.begin(found[-KEPT:], self._level.beats * self._interval)
        elif strength >= HEARD and self._level.is_beat(self._counted):
            self._line.add(place, self._level.beats * self._interval)

    def _decide(self, strength: float) -> None:
        """Whether beats are heard, the latest with some strength; where they are no longer, the pointer keeps
        to the tempo that it had."""
        sure = self.confidence + TRUST * max(0.0, strength - self.confidence)
        had, self._told = self._told, sure >= (LOST if self._told else FOUND)
        self._lost = self._line.period > 0 and not self._told
        if had and self._lost:
            bpm = 60.0 * FRAME_RATE * self._level.beats / self._line.period
            self._pointer.start(min(max(bpm, SLOWEST_BPM), FASTEST_BPM))

    def _beat(self, place: float, strength: float) -> Beat | None:
        self._decide(strength)
        if not self._level.is_beat(self._counted):
            return None
        if self._frames > BLIND:
            latest = islice(self._recent, max(0, len(self._recent) - LATEST), None)
            self._bars.beat(max(downbeat for _, downbeat in latest))
        if not self._told:
            return None
        number, meter, _ = self._bars.place
        bpm = 60.0 * FRAME_RATE / (self._line.period or self._level.beats * self._interval)
        return Beat(self._sample(place), number, meter, bpm, self.confidence)
