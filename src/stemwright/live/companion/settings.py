"""What can be set of a companion and of its voices: the two tables of parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from stemwright.errors import UsageError
from stemwright.live.companion.locking import DIVISIONS
from stemwright.live.companion.parameters import changed, choice, name, number, switch, table, whole
from stemwright.symbolic.companion import INSTRUMENTS

INPUT, FOLLOW, AUTO = "input", "follow", "auto"
MODES = (INPUT, FOLLOW, AUTO)
CHORD, SCALE, FREE = "chord", "scale", "free"
PASS, SETUP, IGNORE = "pass", "setup", "ignore"
LONGEST = 11.0
"""Seconds after which every note ends, whatever happens."""
NO_PORT = -1
PAIRS = (("low", "high"), ("transpose_low", "transpose_high"), ("soft", "loud"), ("shortest", "longest"))
"""Parameters of which the first is not above the second."""


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """One voice: an input that is heard, or an output that follows or plays by itself."""

    mode: str = choice(
        FOLLOW, MODES, "input: a player's; follow: answers each note of its source; auto: by itself"
    )
    mute: bool = switch(False, "silent, and not drawn from")
    instrument: str = choice(
        "harmony", INSTRUMENTS, "what the model takes it for; once among the voices of a companion"
    )
    port: int = whole(NO_PORT, NO_PORT, 63, "MIDI input that plays it, -1 for none")
    channel: int = whole(0, 0, 16, "MIDI channel 1 to 16 of its input, 0 for any")
    out: int = whole(0, 0, 63, "which of the outputs it plays on, from 0")
    out_channel: int = whole(1, 1, 16, "MIDI channel 1 to 16 that it plays on")
    thru: bool = switch(False, "what its player plays goes to its output too")
    source: str = name("", "voice that it follows; empty for all that are inputs")
    low: int = whole(36, 0, 127, "lowest pitch")
    high: int = whole(84, 0, 127, "highest pitch")
    transpose_low: int = whole(-24, -48, 48, "lowest distance from the source's pitch, in semitones")
    transpose_high: int = whole(24, -48, 48, "highest distance from the source's pitch, in semitones")
    keep: str = choice(
        CHORD, (CHORD, SCALE, FREE), "pitches: of the sounding chord, of the key's scale, or any"
    )
    notes: int = whole(1, 1, 4, "notes of an answer to one note")
    polyphony: int = whole(4, 1, 16, "notes at once; one more ends the oldest")
    chance: float = number(1.0, 0.0, 1.0, "share of its source's notes that it answers")
    density: float = number(0.5, 0.0, 1.0, "by itself: 0 sparse, 0.5 as learnt, 1 busy")
    height: float = number(0.5, 0.0, 1.0, "0 low, 0.5 as learnt, 1 high pitches")
    rest: float = number(0.0, 0.0, 30.0, "by itself: only after so many seconds of rest of all inputs")
    soft: int = whole(1, 1, 127, "lowest velocity")
    loud: int = whole(127, 1, 127, "highest velocity")
    shortest: float = number(0.03, 0.0, LONGEST, "seconds that a note lasts at least")
    longest: float = number(LONGEST, 0.01, LONGEST, "seconds that a note lasts at most")
    division: str = choice("free", tuple(DIVISIONS), "grid on which notes begin")
    swing: float = number(0.5, 0.5, 0.75, "where in a pair of divisions the second one falls")
    grace: float = number(
        30.0, 0.0, 200.0, "milliseconds after a place of the grid in which a note is still answered at once"
    )
    temperature: float = number(0.8, 0.0, 4.0, "0 the most likely, 1 as learnt, above it wilder")
    punch_in: bool = switch(True, "playing on its input takes it over")
    punch_out: float = number(0.25, 0.0, 10.0, "seconds after its player's last note until it is given back")
    program: int = whole(-1, -1, 127, "program of its output, from 0; -1 leaves it as it is")

    def __post_init__(self) -> None:
        for low, high in PAIRS:
            if getattr(self, low) > getattr(self, high):
                raise UsageError(
                    f"{low}: {getattr(self, low)} is above {high}, {getattr(self, high)}", field=low
                )


@dataclass(frozen=True, slots=True)
class PartnerSettings:
    """One companion: the model that hears one performer, and what its voices have in common."""

    mute: bool = switch(False, "all its voices are silent; it goes on listening")
    programs: str = choice(
        IGNORE,
        (IGNORE, PASS, SETUP),
        "program changes of its inputs: ignored, sent on to its outputs, or number N takes its setup N",
    )
    ahead: float = number(
        20.0, 5.0, 100.0, "milliseconds ahead of its sound that a note by itself is decided"
    )
    seed: int = whole(0, 0, 2**53, "random numbers; the same seed and notes give the same answers")


def voice_with(settings: VoiceSettings, name: str, value: object) -> VoiceSettings:
    """`settings` with one parameter set; a bound that is moved past its other one takes that along, so that a
    controller never meets a wall. UsageError for an unknown name or a wrong value.
    """
    known = table(VoiceSettings)
    if name in known:
        found = known[name].checked(value)
        for low, high in PAIRS:
            wide: dict[str, Any] = {low: found, high: found}
            if name == low and found > getattr(settings, high):
                return replace(settings, **wide)
            if name == high and found < getattr(settings, low):
                return replace(settings, **wide)
    return changed(settings, name, value)
