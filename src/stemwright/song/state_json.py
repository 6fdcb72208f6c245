"""The parts of a global state from their plain JSON values; UsageError names the field that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stemwright.song.bar_map import Changes, Value
from stemwright.song.fields import expect_fields, expect_int, expect_list, expect_text
from stemwright.song.form import Section
from stemwright.song.harmony import Chord, parse_chord
from stemwright.song.meter import Meter
from stemwright.song.rhythm import RhythmMap, parse_swing


def meter_from_json(value: object, name: str) -> Meter:
    """A meter, "4/4"."""
    return Meter.parse(expect_text(value, name))


def changes_from_json(
    state: Mapping[str, Any], name: str, what: str, read: Callable[[object, str], Value]
) -> Changes[Value]:
    """Changes as `to_json` writes them, where a state has any."""
    where, out = f"state.{name}", []
    for item in expect_list(state.get(name, []), where):
        fields = expect_fields(item, where, ("bar", what))
        out.append((expect_int(fields["bar"], f"{where}.bar", 2) - 1, read(fields[what], f"{where}.{what}")))
    return tuple(out)


def section_from_json(item: object) -> Section:
    """A section, {"name": "verse", "bars": 8}."""
    fields = expect_fields(item, "state.sections", ("name", "bars"))
    name = expect_text(fields["name"], "state.sections.name")
    return Section(name, expect_int(fields["bars"], "state.sections.bars"))


def chords_from_json(value: object) -> tuple[Chord | None, ...]:
    """Chords from their symbols."""
    seen: dict[str, Chord | None] = {}
    out: list[Chord | None] = []
    for item in expect_list(value, "state.chords"):
        text = expect_text(item, "state.chords")
        if text not in seen:
            seen[text] = parse_chord(text)
        out.append(seen[text])
    return tuple(out)


def rhythm_from_json(value: object) -> RhythmMap | None:
    """A rhythm map, or None where there is none."""
    if value is None:
        return None
    fields = expect_fields(value, "state.rhythm", ("swing", "bars"))
    bars = tuple(
        expect_text(bar, "state.rhythm.bars") for bar in expect_list(fields["bars"], "state.rhythm.bars")
    )
    return RhythmMap(parse_swing(expect_text(fields["swing"], "state.rhythm.swing")), bars)
