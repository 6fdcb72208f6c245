"""What the parameters of a mood mean for a companion's voices."""

from __future__ import annotations

from collections.abc import Mapping

from stemwright.live.companion.parameters import Value
from stemwright.live.companion.settings import CHORD, SCALE

_FREER = 0.75
"""Tension from which on pitches need only be of the scale."""


def voice_parameters(values: Mapping[str, float]) -> dict[str, Value]:
    """Parameters of a voice by name, for `Ensemble.set`. With everything at rest these are a voice's
    defaults.
    """
    energy, wild = values["energy"], values["variety"]
    return {
        "density": values["density"],
        "height": min(max(values["brightness"] + values["register"] / 24, 0.0), 1.0),
        "temperature": round(0.8 * (2.0 * wild if wild <= 0.5 else 1.0 + 2.0 * (wild - 0.5)), 6),
        "keep": SCALE if values["tension"] >= _FREER else CHORD,
        "soft": 1 + round(max(0.0, energy - 0.5) * 2 * 79),
        "loud": 127 - round(max(0.0, 0.5 - energy) * 2 * 79),
        "swing": min(max(values["swing"], 0.5), 0.75),
    }
