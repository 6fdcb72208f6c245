"""Volts, pitches and levels: 1 V an octave, C4 (MIDI 60) at 0 V, a level of 1 is 10 V (as VCV Rack has
it).
"""

from __future__ import annotations

FULL = 10.0
"""Volts of a level of 1 on a channel that is exact."""
MIDDLE = 60
"""The pitch of 0 V."""
MIDDLE_HZ = 261.6255653005986
"""Its frequency at A4 = 440 Hz."""
GATE = 10.0
"""Volts of a gate or trigger that is on."""


def volts_of(pitch: float) -> float:
    """The volts of a MIDI pitch; fractions are parts of a semitone."""
    return (pitch - MIDDLE) / 12.0


def pitch_of(volts: float) -> float:
    """The MIDI pitch of a voltage, not rounded."""
    return MIDDLE + 12.0 * volts


def cents(volts: float) -> float:
    """A difference of volts in cents."""
    return 1200.0 * volts
