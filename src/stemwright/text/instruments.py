"""Instruments that a prompt names, as timbres of layers (`instruments.toml`)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from stemwright.text.prompt import Prompt

_ROLE = re.compile(r" (?P<role>lead|melody|solo|theme|chords|pad|comping)\b")
_LEADS = re.compile(r"\b(?:lead|solo) $")
_REFUSED = re.compile(r"\b(?:no|not|without|minus|sans|instead of)(?: any| an?| the)? $")
_ROLES = {"chords": "harmony", "pad": "harmony", "comping": "harmony"}


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a name means: the layer that plays it, timbres by layer with the nearest first, the further layer
    that has it where that one is taken; `asked`: where the prompt says which layer it is for; `both`: it
    plays in all its layers; `by_style`: the timbre that the style has comes first.
    """

    said: str
    layer: str
    timbres: dict[str, tuple[str, ...]] = field(hash=False)
    part: str = ""
    asked: str = ""
    both: bool = False
    by_style: bool = False


def read_instruments(prompt: Prompt) -> tuple[list[Instrument], list[str]]:
    """The instruments in the order in which a prompt names them, and remarks: one that is not wanted cannot
    be left out, since only layers can.
    """
    found: list[tuple[int, Instrument]] = []
    remarks: list[str] = []
    pattern, table = _known()
    for match in prompt.find(pattern):
        row = table[match[0]]
        if "unless" in row and re.search(row["unless"], prompt.low[: match.start()]):
            continue
        if refused := _REFUSED.search(prompt.low[: match.start()]):
            said = prompt.take_span(refused.start(), match.end())
            remarks.append(f"{said!r}: only layers can be left out, not instruments")
            continue
        after = _ROLE.match(prompt.low, match.end())
        asked = _ROLES.get(after["role"], "lead") if after else ""
        if not after and _LEADS.search(prompt.low[: match.start()]):
            asked = "lead"
        if asked and asked not in _timbres(row):
            asked = ""
        end = after.end() if after and asked else match.end()
        said = prompt.take_span(match.start(), end)
        found.append((match.start(), _instrument(row, said, asked)))
    return [instrument for _, instrument in sorted(found, key=lambda pair: pair[0])], remarks


def instrument_of(name: str) -> Instrument | None:
    """The instrument of a name; None where it is not known."""
    row = _known()[1].get(name)
    return None if row is None else _instrument(row, name, "")


def names() -> tuple[str, ...]:
    """Every name that is known, longer ones first."""
    return tuple(sorted(_known()[1], key=lambda name: (-len(name), name)))


def table() -> list[dict[str, Any]]:
    """The rows of the table as they are written."""
    text = Path(__file__).with_name("instruments.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["instrument"])


def _instrument(row: dict[str, Any], said: str, asked: str) -> Instrument:
    return Instrument(
        said, row["layer"], _timbres(row), row.get("part", ""), asked, row.get("both", False) and not asked,
        row.get("by_style", False),
    )  # fmt: skip


def _timbres(row: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    others = {layer: tuple(row[layer]) for layer in ("harmony", "lead") if layer in row}
    return {row["layer"]: tuple(row["timbres"]), **others}


@lru_cache(maxsize=1)
def _known() -> tuple[re.Pattern[str], dict[str, dict[str, Any]]]:
    rows = {name: row for row in table() for name in row["names"]}
    listed = "|".join(re.escape(name) for name in sorted(rows, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{listed})(?![\w-])"), rows
