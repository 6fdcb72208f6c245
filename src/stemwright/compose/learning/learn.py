"""A style file from pieces: what their bars share, in the words of docs/styles.md.

Of melodies only rhythms are taken, never a pitch; grooves, bass lines, comping and progressions are those
that many bars share. What the pieces do not tell is left to the shipped style that they are most like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from stemwright.compose.grid import grid_of
from stemwright.compose.learning import drumming, playing
from stemwright.compose.learning.bars import Heard, hear
from stemwright.compose.learning.degrees import Progressions, progressions
from stemwright.compose.learning.likest import likest
from stemwright.compose.style import LEVELS
from stemwright.errors import UsageError
from stemwright.song.meter import Meter
from stemwright.song.piece import Piece
from stemwright.song.rhythm import swing_text
from stemwright.song.tempo import MAX_BPM, MIN_BPM

LEAST_BARS = 4
"""Bars that pieces must have together to tell a style."""

Table = dict[str, object]


@dataclass(frozen=True, slots=True)
class Learnt:
    """`text`: the style file. `found`: field -> how many patterns, or the value; `taken`: the fields that are
    those of the style `like`.
    """

    text: str
    like: str
    found: dict[str, str]
    taken: tuple[str, ...]


def learn(pieces: Sequence[Piece], about: str, timbres: Mapping[str, str] | None = None) -> Learnt:
    """The style that pieces are in. `timbres`: what their layers are played in, where it is known. UsageError
    where they tell nothing: no drums, bass or chords in four bars.
    """
    heard = [hear(piece) for piece in pieces]
    if sum(piece.state.bars for piece in pieces) < LEAST_BARS:
        raise UsageError(f"the files have fewer than {LEAST_BARS} bars in all; give longer ones, or more")
    grooves, bass, comps = drumming.grooves(heard), playing.bass(heard), playing.comping(heard)
    if not (grooves or bass or comps):
        raise UsageError("the files tell no style: no drums, bass or chords that repeat; give other ones")
    bpm, swing, meter = _bpm(pieces), _middle([each.swing for each in heard]), _meter(pieces)
    base = likest(grooves, bass, comps, bpm, swing, meter)
    head: Table = {"bpm": list(bpm), "swing": swing_text(swing)}
    tables: dict[str, Table] = {
        "": head if meter == "4/4" else {**head, "meter": meter},
        "timbres": dict(timbres or {}),
        "chords": _chords(progressions(heard, base)),
        "drums": _drums(heard, grooves),
        "bass": _bass(heard, bass),
        "harmony": _with_gate({level: comps.get(level) for level in LEVELS}, heard, "harmony"),
        "lead": _lead(heard),
        "feel": _feel(heard, meter),
    }
    text = _written(about, base.name, tables)
    return Learnt(text, base.name, _found(tables), _taken(tables))


def _bpm(pieces: Sequence[Piece]) -> tuple[int, int]:
    """The usual tempi: from the slowest to the fastest piece, and a twentieth beyond."""
    tempi = [piece.state.bpm for piece in pieces]
    low, high = floor(min(tempi) * 19 / 20), ceil(max(tempi) * 21 / 20)
    return max(MIN_BPM, min(low, MAX_BPM)), min(MAX_BPM, max(high, MIN_BPM))


def _middle(values: Sequence[Fraction]) -> Fraction:
    return sorted(values)[len(values) // 2]


def _meter(pieces: Sequence[Piece]) -> str:
    """The meter of most bars."""
    counts: Counter[str] = Counter()
    for piece in pieces:
        counts[str(piece.state.meter)] += piece.state.bars
    return counts.most_common(1)[0][0]


def _chords(found: Progressions) -> Table:
    if not (found.major or found.minor):
        return {}
    lists = {"major": found.major, "minor": found.minor, "cadences": found.cadences}
    return {"color": found.color, "richer": found.richer, **lists}


def _drums(heard: Sequence[Heard], grooves: Mapping[str, object]) -> Table:
    if not grooves:
        return {}
    return {
        "fills": drumming.fills(heard),
        "crash": drumming.crash_of(heard),
        "ghosts": drumming.ghosts_of(heard),
        "steady": drumming.steady_of(heard),
        **{level: grooves.get(level) for level in LEVELS},
    }


def _bass(heard: Sequence[Heard], lines: Mapping[str, list[str]]) -> Table:
    if not lines:
        return {}
    more = {"lock": 0, "walking": playing.walks(heard)}
    return _with_gate({**{level: lines.get(level) for level in LEVELS}, **more}, heard, "bass")


def _with_gate(table: Table, heard: Sequence[Heard], layer: str) -> Table:
    gate = playing.gate(heard, layer)
    return table if gate is None or not any(table.values()) else {**table, "gate": gate}


def _lead(heard: Sequence[Heard]) -> Table:
    rhythms, how = playing.rhythms(heard), playing.singing(heard)
    table: Table = {"rhythms": rhythms}
    if rhythms and how is not None:
        table |= {"leaps": how[0], "pentatonic": how[1]}
    return _with_gate(table, heard, "lead")


def _feel(heard: Sequence[Heard], meter: str) -> Table:
    """`triple`: of bars of three pulses the middle one lies on the third quarter of a pattern."""
    loose, lean = drumming.feel(heard)
    three = len(grid_of(Meter.parse(meter)).pulses) == 3
    return {"loose": loose, "lean": lean} | ({"triple": "C"} if three else {})


def _is_there(value: object) -> bool:
    return value is not None and value != [] and value != {}


def _found(tables: Mapping[str, Table]) -> dict[str, str]:
    """What the pieces told, field by field."""
    out: dict[str, str] = {}
    for name, table in tables.items():
        for key, value in table.items():
            if _is_there(value):
                field = f"{name}.{key}" if name else key
                many = isinstance(value, list) and field != "bpm"
                out[field] = f"{len(value)}" if many and isinstance(value, list) else _value(value)
    return out


def _taken(tables: Mapping[str, Table]) -> tuple[str, ...]:
    """The fields that a style must have and the pieces did not tell."""
    needed = {
        "chords": ("major", "minor", "cadences"),
        "drums": (*LEVELS, "fills"),
        "bass": LEVELS,
        "harmony": LEVELS,
        "lead": ("rhythms",),
    }
    return tuple(
        f"{name}.{key}"
        for name, keys in needed.items()
        for key in keys
        if not _is_there(tables[name].get(key))
    )


def _written(about: str, like: str, tables: Mapping[str, Table]) -> str:
    """The tables as the text of a style file."""
    lines = [f"about = {_quoted(about)}", f"like = {_quoted(like)}"]
    for name, table in tables.items():
        plain = {key: value for key, value in table.items() if _is_there(value)}
        grooves = {key: plain.pop(key) for key in LEVELS if name == "drums" and key in plain}
        if name and plain:
            lines += ["", f"[{name}]"]
        lines += [f"{key} = {_value(value)}" for key, value in plain.items()]
        for level, found in grooves.items():
            assert isinstance(found, list)
            for groove in found:
                lines += [
                    "",
                    f"[[drums.{level}]]",
                    *(f"{piece} = {_quoted(t)}" for piece, t in groove.items()),
                ]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        inner = [_value(item) for item in value]
        flat = f"[{', '.join(inner)}]"
        return flat if len(flat) < 100 else "[\n" + "".join(f"    {item},\n" for item in inner) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    """A text as TOML has it; signs that would need escapes are left out."""
    kept = "".join(sign for sign in text if sign.isprintable() and sign not in '"\\')
    return f'"{kept[:200]}"'
