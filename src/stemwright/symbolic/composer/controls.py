"""How a part's bar is to be: the attributes that can be asked for, as numbers from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import UsageError, argument
from stemwright.symbolic.attributes import SECOND_EIGHTH, attributes
from stemwright.symbolic.composer.draft import CHORDS, Draft
from stemwright.symbolic.events.vocabulary import PARTS

Floats = NDArray[np.float32]
Values = NDArray[np.float64]

_LINEAR = {"register": (0.0, 127.0), "velocity": (0.0, 127.0), "swing": SECOND_EIGHTH}
"""Attribute -> the values that become 0 and 1."""
_SCALES: dict[str, Callable[[Values], Values]] = {
    "density": lambda notes: np.log2(1 + notes) / 4,
    "polyphony": lambda voices: np.log2(voices) / 3,
    "syncopation": lambda strength: np.log2(1 + strength) / 3,
    "length": lambda quarters: np.log2(1 + quarters) / 4,
}
"""Attribute (see `symbolic.attributes`) -> its number."""
CONTROLS = ("density", "register", "polyphony", "syncopation", "velocity", "length", "swing")
BOUNDS = {
    "density": (0.0, 15.0),
    "register": (0.0, 127.0),
    "polyphony": (1.0, 8.0),
    "syncopation": (0.0, 7.0),
    "velocity": (1.0, 127.0),
    "length": (0.05, 15.0),
    "swing": SECOND_EIGHTH,
}
"""What can be asked for: the values that `scaled` tells apart."""


def scaled(name: str, values: float | Values) -> Values:
    """An attribute's values as numbers from 0 to 1, what lies outside cut off; NaN stays."""
    given = np.asarray(values, np.float64)
    if name in _SCALES:
        return np.clip(_SCALES[name](given), 0.0, 1.0)
    low, high = _LINEAR[name]
    return np.clip((given - low) / (high - low), 0.0, 1.0)


def unscaled(name: str, number: float) -> float:
    """The value of an attribute of `_LINEAR` that `scaled` gave this number."""
    low, high = _LINEAR[name]
    return low + number * (high - low)


def wished(name: str, value: float) -> float:
    """An attribute that is asked for as a number from 0 to 1. UsageError where it is unknown or cannot be."""
    if name not in CONTROLS:
        raise UsageError(f"{argument(name[:40])}: is not known; use one of {', '.join(CONTROLS)}")
    low, high = BOUNDS[name]
    if not low <= value <= high:  # nan is neither
        raise UsageError(f"{argument(name)} {value:g}: give {low:g} to {high:g}")
    return float(scaled(name, value))


def wishes(draft: Draft) -> Floats:
    """What every bar of a draft is like, [parts, bars, controls]; NaN where nothing can be told."""
    state = draft.state
    out = np.full((len(PARTS), state.bars, len(CONTROLS)), np.nan, np.float32)
    for part in draft.parts:
        if part == CHORDS:
            continue
        found = attributes(draft.score(part), PARTS[part], state.meter, state.bars)
        for i, name in enumerate(CONTROLS):
            out[part, :, i] = scaled(name, found[name])
    return out
