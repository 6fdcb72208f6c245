"""Layers to one sound that has no end: each at the level that its measured loudness asks for, at its place,
with its part of the room; the sum under a limiter. Nothing here looks at the whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
USUAL_LUFS = {"drums": -24.0, "bass": -22.0, "harmony": -26.0, "lead": -26.0}
"""How loud a stem of a kind usually is, until it was heard."""
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


@dataclass(slots=True)
class _Channel:
    loudness: Loudness
    place: Placement
    gain_db: float | None = None


class StreamMix:
    """Adds layers up. `push` gives the sound late by the limiter's few milliseconds."""

    def __init__(self) -> None:
        self._channels: dict[tuple[str, str], _Channel] = {}
        self._sent = np.zeros(reach(RATE))
        self._limiter = LiveLimiter(RATE, amplitude(CEILING_DBTP))
        self._master: float | None = None
        self._places: Mapping[str, Placement] = {}

    def follow(self, places: Mapping[str, Placement]) -> None:
        """Where layers stand from here on."""
        self._places = places
        for (layer, _), channel in self._channels.items():
            channel.place = places.get(layer, channel.place)

    def push(self, sounds: Iterable[tuple[str, str, Audio]]) -> Audio:
        """Layer, timbre and sound [n, 2] of each; the mix [m, 2]."""
        heard = list(sounds)
        count = len(heard[0][2]) if heard else 0
        if not count:
            return np.zeros((0, 2), np.float32)
        dry, sent = np.zeros((count, 2)), np.zeros(count)
        master = self._mastered(count)
        for layer, timbre, sound in heard:
            self._add(self._channel(layer, timbre), sound, master, dry, sent)
        self._forget({(layer, timbre) for layer, timbre, _ in heard})
        self._sent = np.concatenate([self._sent, sent])[-(reach(RATE) + count) :]
        return self._limiter.push((dry + room(self._sent, count, RATE)).astype(np.float32))

    def _channel(self, layer: str, timbre: str) -> _Channel:
        if (layer, timbre) not in self._channels:
            place = self._places[layer]
            usual = USUAL_LUFS.get(kind_of(layer), USUAL_LUFS["harmony"])
            self._channels[layer, timbre] = _Channel(Loudness(usual), place)
        return self._channels[layer, timbre]

    def _add(self, channel: _Channel, sound: Audio, master: Doubles, dry: Doubles, sent: Doubles) -> None:
        """A layer's part, its gain moving evenly over the block."""
        place, count = channel.place, len(sound)
        channel.loudness.push(sound)
        boost = min(REFERENCE_LUFS + place.level_db - channel.loudness.lufs, MAX_BOOST_DB)
        gain = _ramp(channel.gain_db, boost + place.gain_db, count)
        channel.gain_db = float(gain[-1])
        factors = 10.0 ** (gain / 20.0) * master
        left, right = pan_gains(place.pan)
        dry[:, 0] += sound[:, 0] * factors * left
        dry[:, 1] += sound[:, 1] * factors * right
        sent += sound.mean(axis=1) * factors * amplitude(place.room_db)

    def _mastered(self, count: int) -> Doubles:
        """What brings the sum of all layers to the loudness of finished songs, by how loud each is to be."""
        power = sum(10.0 ** ((REFERENCE_LUFS + place.level_db) / 10.0) for place in self._places.values())
        target = MASTERS[STREAMING].lufs
        assert target is not None
        gain = _ramp(self._master, target - 10.0 * math.log10(power), count)
        self._master = float(gain[-1])
        return np.asarray(10.0 ** (gain / 20.0))

    def _forget(self, there: set[tuple[str, str]]) -> None:
        for key in [key for key in self._channels if key not in there]:
            del self._channels[key]


def _ramp(now: float | None, wanted: float, count: int) -> Doubles:
    """Decibels from now towards what is wanted, as far as `SLEW_DB` allows, over so many samples."""
    if now is None:
        return np.full(count, wanted)
    most = SLEW_DB * count / RATE
    return np.linspace(now, now + min(max(wanted - now, -most), most), count + 1)[1:]
