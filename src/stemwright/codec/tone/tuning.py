"""Where the partials of a timbre's notes lie: measured once for each timbre, and kept in the bundle.

A pitched timbre has cents and inharmonicity by pitch: partial h lies at h f0 sqrt((1 + B h^2) / (1 + B))
(H. Fletcher, Normal vibration frequencies of a stiff piano string, 1964). A kit has the modes of its pieces
in Hz.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.codec.tone.ensemble import PLACES, Ensemble
from stemwright.codec.tone.layout import MAX_PARTIALS, MODES
from stemwright.codec.tone.vibrato import Vibrato
from stemwright.errors import UsageError, shown

TOP = 20_000.0
MAX_BYTES = 16 << 20
_GOLDEN = 0.6180339887498949
_VIBRATO = ("pitch", "depth", "rate", "turn")
_ENSEMBLE = ("voices", "share", "cents")


@dataclass(frozen=True, slots=True)
class Strings:
    """Cents against equal temperament and inharmonicity at some rising pitches."""

    pitch: tuple[float, ...]
    cents: tuple[float, ...]
    stiffness: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tuning:
    """``strings`` of pitched timbres, ``modes`` of kits (piece's pitch -> Hz), ``vibrato`` where there is
    some, and ``ensemble`` where there is one, by ``layer/timbre``.
    """

    strings: Mapping[str, Strings] = field(default_factory=dict)
    modes: Mapping[str, Mapping[int, tuple[float, ...]]] = field(default_factory=dict)
    vibrato: Mapping[str, Vibrato] = field(default_factory=dict)
    ensemble: Mapping[str, Ensemble] = field(default_factory=dict)

    def frequencies(self, layer: str, timbre: str, pitch: int, drums: bool) -> npt.NDArray[np.float64]:
        """Partials of a note in Hz, float64 [P], below 20 kHz; a drum without modes has none."""
        name = f"{layer}/{timbre}"
        if drums:
            return np.array(self.modes.get(name, {}).get(pitch, ()), np.float64)
        cents, stiffness = 0.0, 0.0
        if name in self.strings:
            made = self.strings[name]
            cents = float(np.interp(pitch, made.pitch, made.cents))
            stiffness = float(np.interp(pitch, made.pitch, made.stiffness))
        f0 = 440.0 * 2.0 ** ((pitch - 69 + cents / 100) / 12)
        h = np.arange(1, MAX_PARTIALS + 1, dtype=np.float64)
        found = f0 * h * np.sqrt((1 + stiffness * h * h) / (1 + stiffness))
        return np.asarray(found[found < TOP])

    def to_json(self) -> dict[str, Any]:
        """Plain lists, for the bundle."""
        return {
            "strings": {
                name: {"pitch": list(s.pitch), "cents": list(s.cents), "stiffness": list(s.stiffness)}
                for name, s in sorted(self.strings.items())
            },
            "modes": {
                name: {str(pitch): list(hz) for pitch, hz in sorted(kit.items())}
                for name, kit in sorted(self.modes.items())
            },
            "vibrato": {
                name: {key: list(getattr(v, key)) for key in _VIBRATO}
                for name, v in sorted(self.vibrato.items())
            },
            "ensemble": {
                name: {key: getattr(e, key) for key in _ENSEMBLE} for name, e in sorted(self.ensemble.items())
            },
        }

    @classmethod
    def from_json(cls, record: object, where: str) -> Tuning:
        """The inverse of :meth:`to_json`; UsageError naming the timbre that is wrong. Older bundles
        have no ``ensemble``.
        """
        names = ("strings", "modes", "vibrato", "ensemble")
        if not isinstance(record, dict) or {"ensemble", *record} != set(names):
            raise UsageError(f"{where}: must hold {', '.join(map(repr, names))}; get the bundle again")
        strings, modes, vibrato, ensemble = (_table(record, name, where) for name in names)
        return cls(
            {name: _strings(value, f"{where}: strings of {shown(name)}") for name, value in strings.items()},
            {name: _modes(value, f"{where}: modes of {shown(name)}") for name, value in modes.items()},
            {name: _vibrato(value, f"{where}: vibrato of {shown(name)}") for name, value in vibrato.items()},
            {
                name: _ensemble(value, f"{where}: ensemble of {shown(name)}")
                for name, value in ensemble.items()
            },
        )


def read_tuning(path: Path) -> Tuning:
    """The tuning that a file holds. UsageError in one line where it holds none."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError(f"larger than {MAX_BYTES} bytes")
        record = json.loads(data.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        said = ascii(str(error)[:80])[1:-1]
        raise UsageError(f"{path}: cannot be read ({said}); get the bundle again") from None
    return Tuning.from_json(record, str(path))


def phases(count: int) -> npt.NDArray[np.float64]:
    """The phase of every partial at its note's onset, in turns: spread evenly, so that no pulse stands
    out."""
    return np.asarray(np.arange(1, count + 1) * _GOLDEN % 1.0, np.float64)


def _table(record: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    value = record.get(name, {})
    if not isinstance(value, dict) or len(value) > 1024 or not all(isinstance(k, str) for k in value):
        raise UsageError(f"{where}: {name!r} must be an object of timbres; get the bundle again")
    return value


def _strings(value: object, where: str) -> Strings:
    names = ("pitch", "cents", "stiffness")
    if not isinstance(value, dict) or set(value) != set(names):
        raise UsageError(f"{where}: must hold {', '.join(names)}; get the bundle again")
    pitch, cents, stiffness = (_numbers(value[name], where, 128) for name in names)
    fits = len(pitch) == len(cents) == len(stiffness) > 0 and list(pitch) == sorted(set(pitch))
    if not fits or any(abs(c) > 200 for c in cents) or any(not 0 <= b <= 0.01 for b in stiffness):
        raise UsageError(f"{where}: pitches must rise, cents and stiffness be small; get the bundle again")
    return Strings(pitch, cents, stiffness)


def _vibrato(value: object, where: str) -> Vibrato:
    if not isinstance(value, dict) or set(value) != set(_VIBRATO):
        raise UsageError(f"{where}: must hold {', '.join(_VIBRATO)}; get the bundle again")
    pitch, depth, rate, turn = (_numbers(value[name], where, 128) for name in _VIBRATO)
    fits = len(pitch) == len(depth) == len(rate) == len(turn) > 0 and list(pitch) == sorted(set(pitch))
    if not fits or any(not 0 <= d <= 100 for d in depth) or any(not 0 <= r <= 20 for r in rate):
        raise UsageError(
            f"{where}: pitches must rise, depth be 0 to 100 cents, rate 0 to 20 Hz; get the bundle again"
        )
    return Vibrato(pitch, depth, rate, turn)


def _ensemble(value: object, where: str) -> Ensemble:
    if (
        not isinstance(value, dict)
        or set(value) != set(_ENSEMBLE)
        or not all(map(_is_number, value.values()))
    ):
        raise UsageError(f"{where}: must hold the numbers {', '.join(_ENSEMBLE)}; get the bundle again")
    if value["voices"] not in PLACES or not 0 <= value["share"] <= 1 or not 0 <= value["cents"] <= 100:
        raise UsageError(
            f"{where}: voices must be {' or '.join(map(str, PLACES))}, share 0 to 1, cents 0 to 100; "
            "get the bundle again"
        )
    return Ensemble(int(value["voices"]), float(value["share"]), float(value["cents"]))


def _modes(value: object, where: str) -> dict[int, tuple[float, ...]]:
    if not isinstance(value, dict) or not all(isinstance(k, str) and _is_pitch(k) for k in value):
        raise UsageError(f"{where}: must be an object of pitches; get the bundle again")
    found = {int(pitch): _numbers(hz, where, MODES) for pitch, hz in value.items()}
    if any(not 10 <= f < TOP for hz in found.values() for f in hz):
        raise UsageError(f"{where}: modes must lie between 10 and {TOP:.0f} Hz; get the bundle again")
    return found


def _is_pitch(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) < 128


def _numbers(value: object, where: str, most: int) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) > most or not all(map(_is_number, value)):
        raise UsageError(f"{where}: must hold lists of at most {most} numbers; get the bundle again")
    return tuple(float(v) for v in value)


def _is_number(value: object) -> bool:
    """Whether it is a finite number, and no whole number that a float cannot hold."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53
