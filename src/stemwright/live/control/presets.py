"""Presets of controllers: TOML files, read strictly, written so that they read back the same."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from stemwright.errors import StemwrightError, UsageError, shown
from stemwright.live.config import parse_toml, read_limited
from stemwright.live.control.mapping import STEP, Mapped, Mode, check
from stemwright.live.control.parameters import Value
from stemwright.live.control.sources import Source, SourceKind

MAX_BYTES = 256 * 1024
MAX_MAPPINGS = 2000
_FIELDS = {
    "source", "channel", "number", "action", "mode", "arguments", "low", "high", "jumps", "step"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preset:
    """`ports`: parts of the names of the ports that it is for; none: it is for all."""

    name: str
    ports: tuple[str, ...] = ()
    mapped: tuple[Mapped, ...] = ()

    def fits(self, port: str) -> bool:
        """Whether it is for the port of that name."""
        return not self.ports or any(part.lower() in port.lower() for part in self.ports)


def read_preset(path: Path) -> Preset:
    """UsageError with file, field and what is wrong."""
    data = read_limited(path, MAX_BYTES)
    try:
        return _preset(parse_toml(data, MAX_BYTES, "a preset"))
    except UsageError as error:
        raise UsageError(f"{path}: {error.marked}") from None


def _preset(values: Mapping[str, Any]) -> Preset:
    unknown = values.keys() - {"name", "ports", "mapping"}
    if unknown:
        raise UsageError(f"{shown(min(unknown))}: is no field; a preset has name, ports and [[mapping]]")
    name, ports, rows = values.get("name", ""), values.get("ports", []), values.get("mapping", [])
    if not isinstance(name, str):
        raise UsageError("name: must be a text")
    if not isinstance(ports, list) or not all(isinstance(port, str) and port for port in ports):
        raise UsageError("ports: must be a list of texts")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError("mapping: must be tables, each begun with [[mapping]]")
    if len(rows) > MAX_MAPPINGS:
        raise UsageError(f"mapping: has {len(rows)} tables; at most {MAX_MAPPINGS}")
    return Preset(name, tuple(ports), tuple(_mapped(row, i + 1) for i, row in enumerate(rows)))


def _mapped(row: Mapping[str, Any], number: int) -> Mapped:
    try:
        unknown = row.keys() - _FIELDS
        if unknown:
            raise UsageError(f"{shown(min(unknown))}: is no field; there are {', '.join(sorted(_FIELDS))}")
        source = Source(
            cast(SourceKind, _text(row, "source")), _whole(row, "channel", 1) - 1, _whole(row, "number", 0)
        )
        arguments = row.get("arguments", {})
        if not isinstance(arguments, dict):
            raise UsageError("arguments: must be a table")
        return check(
            Mapped(
                source,
                _text(row, "action"),
                cast(Mode, _text(row, "mode", "button")),
                cast(dict[str, Value], arguments),
                _number(row, "low"),
                _number(row, "high"),
                _flag(row, "jumps"),
                _number(row, "step", STEP) or 0.0,
            )
        )
    except UsageError as error:
        raise UsageError(f"mapping {number}: {error.marked}") from None


def _text(row: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = row.get(name, default)
    if value is None:
        raise UsageError(f"{name}: is missing")
    if not isinstance(value, str):
        raise UsageError(f"{name}: must be a text, not {shown(value)}")
    return value


def _whole(row: Mapping[str, Any], name: str, default: int) -> int:
    value = row.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise UsageError(f"{name}: must be a whole number, not {shown(value)}")
    return value


def _number(row: Mapping[str, Any], name: str, default: float | None = None) -> float | None:
    value = row.get(name, default)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise UsageError(f"{name}: must be a number, not {shown(value)}")
    return float(value)


def _flag(row: Mapping[str, Any], name: str) -> bool:
    value = row.get(name, False)
    if not isinstance(value, bool):
        raise UsageError(f"{name}: must be true or false, not {shown(value)}")
    return value


def write_preset(preset: Preset, path: Path) -> None:
    """Writes it whole or not at all. StemwrightError where it cannot be written."""
    beside = path.with_name(path.name + ".new")
    try:
        beside.write_text(as_toml(preset), encoding="utf-8", newline="\n")
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StemwrightError(f"{path}: cannot be written ({error.strerror})") from None


def as_toml(preset: Preset) -> str:
    """The preset as the text of a TOML file."""
    lines = [f"name = {_toml(preset.name)}", f"ports = [{', '.join(map(_toml, preset.ports))}]"]
    for mapped in preset.mapped:
        lines += ["", "[[mapping]]", *(f"{key} = {_toml(value)}" for key, value in _row(mapped).items())]
    return "\n".join(lines) + "\n"


def _row(mapped: Mapped) -> dict[str, object]:
    row: dict[str, object] = {"source": mapped.source.kind, "channel": mapped.source.channel + 1}
    row |= {"number": mapped.source.number, "action": mapped.action, "mode": mapped.mode}
    row |= {"arguments": mapped.arguments} if mapped.arguments else {}
    row |= {name: value for name in ("low", "high") if (value := getattr(mapped, name)) is not None}
    return row | ({} if mapped.mode == "button" else {"jumps": mapped.jumps, "step": mapped.step})


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return '"' + "".join(_escaped(letter) for letter in str(value)) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return letter if letter.isprintable() else f"\\U{ord(letter):08X}"
