"""The global state: what all layers of a song share, with its validation and its plain JSON form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from stemwright.errors import UsageError
from stemwright.song.bar_lines import BarLines
from stemwright.song.bar_map import Changes, cut, map_text, plain
from stemwright.song.fields import expect_fields, expect_int, expect_list, expect_text
from stemwright.song.form import MAX_SECTIONS, Section, form_text, parse_form
from stemwright.song.harmony import Chord, Key, chord_text
from stemwright.song.meter import Meter, parse_meters
from stemwright.song.rhythm import RhythmMap, swing_text
from stemwright.song.state_json import (
    changes_from_json,
    chords_from_json,
    meter_from_json,
    rhythm_from_json,
    section_from_json,
)
from stemwright.song.tempo import bpm_from_json, bpm_text, bpm_to_json, check_bpm, parse_bpm, parse_tempos
from stemwright.song.timebase import FRAME_RATE, Timebase

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

DEGREES, MOST = ("density", "dynamics"), 2
"""What a song may have more or less of than its style, and by how many steps."""
MAX_BARS = 4096
MAX_SECONDS = 2 * 3600
_STYLE = re.compile(r"[a-z0-9 _-]{0,64}")


@dataclass(frozen=True, slots=True)
class GlobalState:
    """What all layers share. `bpm`: quarter notes a minute, whatever the meter.

    `tempos`, `meters`: changes of tempo and meter at bars (from 0), `bpm` and `meter` hold until then.
    `chords`: one per beat (1/d note) of the whole song, None where none sounds, or () while not yet decided.
    `rhythm`: None while not yet decided. `density`, `dynamics`: fuller and louder than the style's usual, or
    less, -2 to 2. Every field is checked; UsageError names the field.
    """

    bpm: Fraction
    meter: Meter
    key: Key
    sections: tuple[Section, ...]
    chords: tuple[Chord | None, ...] = ()
    rhythm: RhythmMap | None = None
    style: str = ""
    tempos: Changes[Fraction] = ()
    meters: Changes[Meter] = ()
    density: int = 0
    dynamics: int = 0
    timebase: Timebase = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for bpm in (self.bpm, *(bpm for _, bpm in self.tempos)):
            check_bpm(bpm, bpm_text(bpm))
        if self.bars > MAX_BARS:
            raise UsageError(
                f"form: has {self.bars} bars in all; at most {MAX_BARS} are allowed", field="form"
            )
        if not 1 <= len(self.sections) <= MAX_SECTIONS:
            raise UsageError(
                f"form: has {len(self.sections)} sections; give 1 to {MAX_SECTIONS}", field="form"
            )
        object.__setattr__(self, "tempos", plain(self.bpm, self.tempos, "bpm", self.bars))
        object.__setattr__(self, "meters", plain(self.meter, self.meters, "meter", self.bars))
        object.__setattr__(self, "timebase", Timebase(self.bpm, self.meter, self.tempos, self.meters))
        if self.frames > MAX_SECONDS * FRAME_RATE:
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
        for name in DEGREES:
            expect_int(getattr(self, name), name, -MOST, MOST)
        if self.rhythm is not None:
            self._check_rhythm(self.rhythm)

    def _check_rhythm(self, rhythm: RhythmMap) -> None:
        if len(rhythm.bars) != self.bars:
            raise UsageError(f"rhythm.bars: {len(rhythm.bars)} given; give one per bar, {self.bars}")
        for number, bar in enumerate(rhythm.bars, 1):
            meter = self.meter_of(number - 1)
            if len(bar) != meter.steps_per_bar:
                raise UsageError(
                    f"rhythm.bars: bar {number} has {len(bar)} steps; {meter} needs {meter.steps_per_bar}"
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
        """A state from the texts a user gives; chords and rhythm map not yet decided.

        Tempo and meter may change at bars: "112, 9: 126", "4/4, 9: 3/4".
        """
        (first, tempos), (unit, meters) = parse_tempos(bpm), parse_meters(meter)
        bar_seconds = Timebase(first, unit).bar_seconds
        sections, plain_style = parse_form(form, bar_seconds), parse_style(style)
        return cls(first, unit, Key.parse(key), sections, style=plain_style, tempos=tempos, meters=meters)

    def with_(self, **changes: Any) -> GlobalState:
        """This state with some fields changed, checked again."""
        return replace(self, **changes)

    def slice(self, first_bar: int, bars: int) -> GlobalState:
        """The state of `bars` bars from `first_bar` (from 0); all that is said of bars is cut to them."""
        stop = first_bar + bars
        sections: list[Section] = []
        at = 0
        for section in self.sections:
            inside = min(at + section.bars, stop) - max(at, first_bar)
            if inside > 0:
                sections.append(Section(section.name, inside))
            at += section.bars
        rhythm = self.rhythm
        if rhythm is not None:
            rhythm = RhythmMap(rhythm.swing, rhythm.bars[first_bar:stop])
        bpm, tempos = cut(self.bpm, self.tempos, first_bar, stop)
        meter, meters = cut(self.meter, self.meters, first_bar, stop)
        chords = self.chords[self.lines.beat(first_bar) : self.lines.beat(stop)]
        degrees = (self.density, self.dynamics)
        return GlobalState(
            bpm, meter, self.key, tuple(sections), chords, rhythm, self.style, tempos, meters, *degrees
        )

    @property
    def lines(self) -> BarLines:
        """Where bars begin, in ticks and in beats."""
        return self.timebase.lines

    def bar_tick(self, bar0: int) -> int:
        """The tick at which a bar (from 0) begins."""
        return self.lines.tick(bar0)

    def bar_of_tick(self, tick: int) -> int:
        """The bar (from 0) in which a tick lies."""
        return self.lines.bar_of_tick(tick)

    def meter_of(self, bar0: int) -> Meter:
        """The meter of a bar (from 0)."""
        return self.lines.meter_of(bar0)

    def chords_of(self, bar0: int) -> tuple[Chord | None, ...]:
        """The chords of a bar's beats; () while they are not decided."""
        return self.chords[self.lines.beat(bar0) : self.lines.beat(bar0 + 1)]

    @property
    def tempo_text(self) -> str:
        """The tempo and its changes, as `create` reads them: "112, 9: 126"."""
        return map_text(self.bpm, self.tempos, bpm_text)

    @property
    def meter_text(self) -> str:
        """The meter and its changes, as `create` reads them: "4/4, 9: 3/4"."""
        return map_text(self.meter, self.meters)

    @property
    def bars(self) -> int:
        """Bars of the whole song."""
        return sum(section.bars for section in self.sections)

    @property
    def total_beats(self) -> int:
        """Beats (1/d notes) of the whole song."""
        return self.lines.beat(self.bars)

    @property
    def total_ticks(self) -> int:
        """Ticks of the whole song."""
        return self.lines.tick(self.bars)

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
        beat = self.lines.beat_of_tick(tick)
        return self.chords[beat] if 0 <= beat < len(self.chords) else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values. A BPM is an int or the float whose shortest writing is the exact decimal;
        changes of tempo and meter are there where there are any, their bars counted from 1; density and
        dynamics where they are not the style's.
        """
        rhythm = self.rhythm
        values: dict[str, Any] = {
            "bpm": bpm_to_json(self.bpm),
            "meter": str(self.meter),
            "key": str(self.key),
            "sections": [{"name": section.name, "bars": section.bars} for section in self.sections],
            "chords": [chord_text(chord) for chord in self.chords],
            "rhythm": None
            if rhythm is None
            else {"swing": swing_text(rhythm.swing), "bars": list(rhythm.bars)},
            "style": self.style,
        }
        degrees = {name: getattr(self, name) for name in DEGREES}
        more = self.changes_json() | degrees
        return values | {name: value for name, value in more.items() if value}

    def changes_json(self) -> dict[str, list[dict[str, Any]]]:
        """Changes of tempo and meter as plain values, their bars counted from 1."""
        return {
            "tempos": [{"bar": bar + 1, "bpm": bpm_to_json(bpm)} for bar, bpm in self.tempos],
            "meters": [{"bar": bar + 1, "meter": str(meter)} for bar, meter in self.meters],
        }

    @classmethod
    def from_json(cls, data: object) -> GlobalState:
        """The state that `to_json` gave (floats may be Decimals). UsageError names the wrong field."""
        fields = expect_fields(
            data,
            "state",
            ("bpm", "meter", "key", "sections", "chords", "rhythm", "style"),
            ("tempos", "meters", *DEGREES),
        )
        return cls(
            bpm=bpm_from_json(fields["bpm"], "state.bpm"),
            meter=meter_from_json(fields["meter"], "state.meter"),
            key=Key.parse(expect_text(fields["key"], "state.key")),
            sections=tuple(
                section_from_json(item) for item in expect_list(fields["sections"], "state.sections")
            ),
            chords=chords_from_json(fields["chords"]),
            rhythm=rhythm_from_json(fields["rhythm"]),
            style=expect_text(fields["style"], "state.style"),
            tempos=changes_from_json(fields, "tempos", "bpm", bpm_from_json),
            meters=changes_from_json(fields, "meters", "meter", meter_from_json),
            **{name: expect_int(fields.get(name, 0), f"state.{name}", -MOST, MOST) for name in DEGREES},
        )


def parse_style(text: str) -> str:
    """A style in lower case. UsageError where it has other signs than a-z, 0-9, blank, _ and -."""
    style = text.strip().lower()
    if not _STYLE.fullmatch(style):
        raise UsageError(
            f"style: {text[:40]!r} is not allowed; use a-z, 0-9, blank, _ and -, at most 64", field="style"
        )
    return style
