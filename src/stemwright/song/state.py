"""The global state: what all layers of a song share, with its validation and its plain JSON form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from stemwright.errors import UsageError
from stemwright.song.form import MAX_SECTIONS, Section, form_text, parse_form
from stemwright.song.harmony import Chord, Key, chord_text, parse_chord
from stemwright.song.meter import Meter
from stemwright.song.rhythm import RhythmMap, parse_swing, swing_text
from stemwright.song.timebase import Timebase

__all__ = [
    "Chord",
    "GlobalState",
    "Key",
    "Meter",
    "RhythmMap",
    "Section",
    "bpm_text",
    "parse_bpm",
    "parse_form",
    "parse_style",
]

MIN_BPM, MAX_BPM = 30, 300
BPM_DECIMALS = 6
MAX_BARS = 4096
MAX_SECONDS = 2 * 3600
_BPM = re.compile(r"[0-9]{1,20}(\.[0-9]{0,20})?")
_STYLE = re.compile(r"[a-z0-9 _-]{0,64}")


@dataclass(frozen=True, slots=True)
class GlobalState:
    """What all layers share. `bpm`: quarter notes a minute, whatever the meter.

    `chords`: one per beat (1/d note) of the whole song, None where none sounds, or () while not yet decided.
    `rhythm`: None while not yet decided. Every field is checked; UsageError names the field.
    """

    bpm: Fraction
    meter: Meter
    key: Key
    sections: tuple[Section, ...]
    chords: tuple[Chord | None, ...] = ()
    rhythm: RhythmMap | None = None
    style: str = ""

    def __post_init__(self) -> None:
        _check_bpm(self.bpm, bpm_text(self.bpm))
        if self.bars > MAX_BARS:
            raise UsageError(
                f"form: has {self.bars} bars in all; at most {MAX_BARS} are allowed", field="form"
            )
        if not 1 <= len(self.sections) <= MAX_SECTIONS:
            raise UsageError(
                f"form: has {len(self.sections)} sections; give 1 to {MAX_SECTIONS}", field="form"
            )
        if self.timebase.bar_seconds * self.bars > MAX_SECONDS:
            raise UsageError(
                f"form: {self.bars} bars at {bpm_text(self.bpm)} BPM last over 2 hours; use fewer bars",
                field="form",
            )
        if self.chords and len(self.chords) != self.total_beats:
            raise UsageError(
                f"chords: {len(self.chords)} given; give one per beat, {self.total_beats}, or none",
                field="chords",
            )
        if not _STYLE.fullmatch(self.style):
            raise UsageError(
                f"style: {self.style[:40]!r} is not allowed; use a-z, 0-9, blank, _ and -, at most 64",
                field="style",
            )
        if self.rhythm is not None:
            self._check_rhythm(self.rhythm)

    def _check_rhythm(self, rhythm: RhythmMap) -> None:
        if len(rhythm.bars) != self.bars:
            raise UsageError(f"rhythm.bars: {len(rhythm.bars)} given; give one per bar, {self.bars}")
        steps = self.meter.steps_per_bar
        for number, bar in enumerate(rhythm.bars, 1):
            if len(bar) != steps:
                raise UsageError(
                    f"rhythm.bars: bar {number} has {len(bar)} steps; {self.meter} needs {steps}"
                )

    @classmethod
    def create(
        cls,
        bpm: str = "120",
        key: str = "C major",
        meter: str = "4/4",
        form: str = "verse:8",
        style: str = "",
    ) -> GlobalState:
        """A state from the texts a user gives; chords and rhythm map not yet decided."""
        return cls(
            parse_bpm(bpm), Meter.parse(meter), Key.parse(key), parse_form(form), style=parse_style(style)
        )

    def with_(self, **changes: Any) -> GlobalState:
        """This state with some fields changed, checked again."""
        return replace(self, **changes)

    @property
    def timebase(self) -> Timebase:
        """The timebase of this song."""
        return Timebase(self.bpm, self.meter)

    @property
    def bars(self) -> int:
        """Bars of the whole song."""
        return sum(section.bars for section in self.sections)

    @property
    def total_beats(self) -> int:
        """Beats (1/d notes) of the whole song."""
        return self.bars * self.meter.beats_per_bar

    @property
    def total_ticks(self) -> int:
        """Ticks of the whole song."""
        return self.bars * self.meter.ticks_per_bar

    @property
    def frames(self) -> int:
        """Codec frames of the whole song."""
        return self.timebase.frames(self.bars)

    @property
    def form(self) -> str:
        """The sections as text, "intro:4 verse:8"."""
        return form_text(self.sections)

    def section_of_bar(self, bar0: int) -> tuple[int, Section, int]:
        """(section index, section, bar inside it from 0) of a bar (from 0). UsageError outside the song."""
        rest = bar0
        for index, section in enumerate(self.sections):
            if 0 <= rest < section.bars:
                return index, section, rest
            rest -= section.bars
        raise UsageError(f"bar {bar0 + 1}: is outside the song; it has bars 1 to {self.bars}")

    def chord_at_tick(self, tick: int) -> Chord | None:
        """The chord that sounds at a tick; None for no chord, not decided, or outside the song."""
        beat = tick // self.meter.ticks_per_beat
        return self.chords[beat] if 0 <= beat < len(self.chords) else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values. `bpm` is an int or the float whose shortest writing is the exact decimal."""
        rhythm = self.rhythm
        return {
            "bpm": self.bpm.numerator if self.bpm.denominator == 1 else float(bpm_text(self.bpm)),
            "meter": str(self.meter),
            "key": str(self.key),
            "sections": [{"name": section.name, "bars": section.bars} for section in self.sections],
            "chords": [chord_text(chord) for chord in self.chords],
            "rhythm": None
            if rhythm is None
            else {"swing": swing_text(rhythm.swing), "bars": list(rhythm.bars)},
            "style": self.style,
        }

    @classmethod
    def from_json(cls, data: object) -> GlobalState:
        """The state that `to_json` gave (floats may be Decimals). UsageError names the wrong field."""
        fields = expect_fields(
            data, "state", ("bpm", "meter", "key", "sections", "chords", "rhythm", "style")
        )
        return cls(
            bpm=_bpm_from_json(fields["bpm"]),
            meter=Meter.parse(expect_text(fields["meter"], "state.meter")),
            key=Key.parse(expect_text(fields["key"], "state.key")),
            sections=tuple(
                _section_from_json(item) for item in expect_list(fields["sections"], "state.sections")
            ),
            chords=_chords_from_json(fields["chords"]),
            rhythm=_rhythm_from_json(fields["rhythm"]),
            style=expect_text(fields["style"], "state.style"),
        )


def parse_bpm(text: str) -> Fraction:
    """Beats a minute, exact, from "112" or "97.3": 30..300, at most 6 decimals. UsageError otherwise."""
    plain = text.strip()
    if not _BPM.fullmatch(plain):
        raise _bad_bpm(text)
    bpm = Fraction(plain)
    _check_bpm(bpm, text)
    return bpm


def bpm_text(bpm: Fraction) -> str:
    """The exact decimal of a BPM: "112", "97.3"."""
    whole, millionths = divmod(round(bpm * 10**BPM_DECIMALS), 10**BPM_DECIMALS)
    return f"{whole}.{millionths:0{BPM_DECIMALS}d}".rstrip("0").rstrip(".")


def parse_style(text: str) -> str:
    """A style in lower case. UsageError where it has other signs than a-z, 0-9, blank, _ and -."""
    style = text.strip().lower()
    if not _STYLE.fullmatch(style):
        raise UsageError(
            f"style: {text[:40]!r} is not allowed; use a-z, 0-9, blank, _ and -, at most 64", field="style"
        )
    return style


def _check_bpm(bpm: Fraction, text: str) -> None:
    if not MIN_BPM <= bpm <= MAX_BPM:
        raise _bad_bpm(text)
    if (bpm * 10**BPM_DECIMALS).denominator != 1:
        raise UsageError(f"bpm: {text[:40]!r} has more than {BPM_DECIMALS} decimals; round it", field="bpm")


def _bad_bpm(text: str) -> UsageError:
    return UsageError(
        f"bpm: {text[:40]!r} is not a tempo; give a number from {MIN_BPM} to {MAX_BPM}, e.g. 97.3",
        field="bpm",
    )


def _bpm_from_json(value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise UsageError(f"state.bpm: {str(value)[:40]!r} is not a number; give {MIN_BPM} to {MAX_BPM}")
    return parse_bpm(str(value))


def _section_from_json(item: object) -> Section:
    fields = expect_fields(item, "state.sections", ("name", "bars"))
    name = expect_text(fields["name"], "state.sections.name")
    return Section(name, expect_int(fields["bars"], "state.sections.bars"))


def _chords_from_json(value: object) -> tuple[Chord | None, ...]:
    seen: dict[str, Chord | None] = {}
    out: list[Chord | None] = []
    for item in expect_list(value, "state.chords"):
        text = expect_text(item, "state.chords")
        if text not in seen:
            seen[text] = parse_chord(text)
        out.append(seen[text])
    return tuple(out)


def _rhythm_from_json(value: object) -> RhythmMap | None:
    if value is None:
        return None
    fields = expect_fields(value, "state.rhythm", ("swing", "bars"))
    bars = tuple(
        expect_text(bar, "state.rhythm.bars") for bar in expect_list(fields["bars"], "state.rhythm.bars")
    )
    return RhythmMap(parse_swing(expect_text(fields["swing"], "state.rhythm.swing")), bars)


def expect_fields(value: object, field: str, names: tuple[str, ...]) -> Mapping[str, Any]:
    """`value` where it is an object with exactly these fields; UsageError otherwise."""
    if not isinstance(value, Mapping):
        raise UsageError(f"{field}: should be an object with the fields {', '.join(names)}")
    for name in names:
        if name not in value:
            raise UsageError(f"{field}.{name}: is missing")
    for name in value:
        if name not in names:
            raise UsageError(f"{field}.{str(name)[:40]}: is not a known field; take it out")
    return value


def expect_text(value: object, field: str) -> str:
    """`value` where it is a text; UsageError otherwise."""
    if not isinstance(value, str):
        raise UsageError(f"{field}: should be a text, not {str(value)[:40]}")
    return value


def expect_list(value: object, field: str) -> list[Any]:
    """`value` where it is a list; UsageError otherwise."""
    if not isinstance(value, list):
        raise UsageError(f"{field}: should be a list, not {str(value)[:40]}")
    return value


def expect_int(value: object, field: str, low: int = 0, high: int = 2**64 - 1) -> int:
    """`value` where it is a whole number in low..high; UsageError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UsageError(f"{field}: {str(value)[:40]} should be a whole number from {low} to {high}")
    return value
