"""Layers to one sound that has no end: each at the level that its measured loudness asks for, at its place,
with its part of the room; the sum under a limiter. Nothing here looks at the whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from stemwright.mix.levels import amplitude
from stemwright.mix.live_limiter import LiveLimiter
from stemwright.mix.loudness import k_sections, weighted
from stemwright.mix.masters import MASTERS, STREAMING
from stemwright.mix.placement import MAX_BOOST_DB, REFERENCE_LUFS, Placement, pan_gains
from stemwright.mix.room import reach, room
from stemwright.native.biquads import Biquads
from stemwright.song.layers import kind_of

Audio = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
RATE = 48_000

CEILING_DBTP = -1.3
"""Where peaks are held: some lower than what is promised, -1, since meters differ between samples."""
USUAL_LUFS = {"drums": -24.0, "bass": -25.0, "harmony": -27.0, "lead": -21.0}
"""How loud a stem of a kind usually is, until it was heard: means of 12 timbres each, which lie 2 to 3 dB
around them."""
TRUSTED = 4.0
"""Seconds of sound after which what was measured counts as much as what is usual."""
REMEMBERED = 60.0
"""Seconds of sound that the measurement remembers."""
SLEW_DB = 1.0
"""Decibels a second that a level moves at most: no jump is heard."""
BLOCK = RATE // 10
_SILENT, _BELOW = 10.0 ** ((-60.0 + 0.691) / 10), 0.03
_OFFSET = 0.691


class Loudness:
    """How loud a stem is, after ITU-R BS.1770-4, as far as it was heard: the mean power of its 100 ms that
    are not silent and not 15 LU below the mean, beside what is usual as if that had sounded for `TRUSTED`
    seconds.
    """

    def __init__(self, usual_lufs: float) -> None:
        self._filter = Biquads(k_sections(RATE), 2)
        self._rest = np.zeros(0)
        self._power = 10.0 ** ((usual_lufs + _OFFSET) / 10.0)
        self._seconds = TRUSTED

    def push(self, sound: Audio) -> None:
        """Hear samples [n, 2]."""
        squares = np.concatenate([self._rest, weighted(self._filter, sound, 2) / 2])
        whole = len(squares) // BLOCK * BLOCK
        self._rest = squares[whole:]
        for power in squares[:whole].reshape(-1, BLOCK).mean(axis=1):
            if power > max(_SILENT, _BELOW * self._power):
                self._seconds = min(self._seconds + BLOCK / RATE, REMEMBERED)
                self._power += (float(power) - self._power) * (BLOCK / RATE) / self._seconds

    @property
    def lufs(self) -> float:
        """In LUFS, as a mix hears it: in the middle both channels have half of its power."""
        return 10.0 * math.log10(self._power) - _OFFSET


class _Fader:
    """A gain in dB that moves towards what is wanted, evenly over each step of the grid."""

    def __init__(self, db: float) -> None:
        self.db, self._next = db, db

    def step(self, wanted: float) -> None:
        """Begin the next step."""
        most = SLEW_DB * BLOCK / RATE
        self.db = self._next
        self._next = self.db + min(max(wanted - self.db, -most), most)

    def factors(self, places: Doubles) -> Doubles:
        """The factors at places 0..1 of the step."""
        return np.asarray(10.0 ** ((self.db + (self._next - self.db) * places) / 20.0))


class _Channel:
    """A layer in a timbre."""

    def __init__(self, layer: str, place: Placement) -> None:
        self.place = place
        self.loudness = Loudness(USUAL_LUFS.get(kind_of(layer), USUAL_LUFS["harmony"]))
        self.fader = _Fader(self.wanted)

    @property
    def wanted(self) -> float:
        """The gain that its loudness so far asks for."""
        boost = REFERENCE_LUFS + self.place.level_db - self.loudness.lufs
        return min(boost, MAX_BOOST_DB) + self.place.gain_db

    def add(self, sound: Audio, factors: Doubles, dry: Doubles, sent: Doubles) -> None:
        """Add its part, and hear it."""
        self.loudness.push(sound)
        left, right = pan_gains(self.place.pan)
        dry[:, 0] += sound[:, 0] * factors * left
        dry[:, 1] += sound[:, 1] * factors * right
        sent += sound.mean(axis=1) * factors * amplitude(self.place.room_db)


class StreamMix:
    """Adds layers up. `push` gives the sound late by the limiter's few milliseconds. Levels move on a grid of
    100 ms, so that they do not depend on how the sound is cut.
    """

    def __init__(self) -> None:
        self._channels: dict[tuple[str, str], _Channel] = {}
        self._sent = np.zeros(reach(RATE))
        self._limiter = LiveLimiter(RATE, amplitude(CEILING_DBTP))
        self._master: _Fader | None = None
        self._places: Mapping[str, Placement] = {}
        self._at = 0  # samples into the step of the grid

    def follow(self, places: Mapping[str, Placement]) -> None:
        """Where layers stand from here on."""
        self._places = places
        self._master = self._master or _Fader(self._mastered)
        for (layer, _), channel in self._channels.items():
            channel.place = places.get(layer, channel.place)

    def push(self, sounds: Iterable[tuple[str, str, Audio]]) -> Audio:
        """Layer, timbre and sound [n, 2] of each; the mix [m, 2]."""
        heard = {(layer, timbre): sound for layer, timbre, sound in sounds}
        count = len(next(iter(heard.values()))) if heard else 0
        if not count:
            return np.zeros((0, 2), np.float32)
        kept = {key: self._channels.get(key) for key in heard}
        self._channels = {key: kept[key] or _Channel(key[0], self._places[key[0]]) for key in heard}
        dry, sent = np.zeros((count, 2)), np.zeros(count)
        done = 0
        while done < count:
            part = slice(done, min(count, done + BLOCK - self._at))
            self._add({key: sound[part] for key, sound in heard.items()}, dry[part], sent[part])
            done = part.stop
        self._sent = np.concatenate([self._sent, sent])[-(reach(RATE) + count) :]
        return self._limiter.push((dry + room(self._sent, count, RATE)).astype(np.float32))

    @property
    def gains(self) -> dict[tuple[str, str], float]:
        """What is added to each layer in a timbre, in dB."""
        return {key: channel.fader.db for key, channel in self._channels.items()}

    def _add(self, heard: Mapping[tuple[str, str], Audio], dry: Doubles, sent: Doubles) -> None:
        """All layers' parts within a step of the grid."""
        assert self._master is not None
        places = (self._at + np.arange(len(sent))) / BLOCK
        master = self._master.factors(places)
        for key, sound in heard.items():
            channel = self._channels[key]
            channel.add(sound, channel.fader.factors(places) * master, dry, sent)
        self._at += len(sent)
        if self._at == BLOCK:
            self._at = 0
            self._master.step(self._mastered)
            for channel in self._channels.values():
                channel.fader.step(channel.wanted)

    @property
    def _mastered(self) -> float:
        """What brings the sum of all layers to the loudness of finished songs, by how loud each is to be."""
        power = sum(10.0 ** ((REFERENCE_LUFS + place.level_db) / 10.0) for place in self._places.values())
        target = MASTERS[STREAMING].lufs
        assert target is not None
        return target - 10.0 * math.log10(power)
