"""docs/live-players.md: its tables are those of the program, its examples can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from stemwright.live.companion.ensemble import ANSWERED, ECHO, HEARD
from stemwright.live.companion.parameters import table
from stemwright.live.companion.presets import parse, presets
from stemwright.live.companion.settings import PartnerSettings, VoiceSettings
from stemwright.live.vibe.adviser import TIMEOUT
from stemwright.live.vibe.parameters import PARAMETERS
from stemwright.live.vibe.request import from_json

PAGE = (Path(__file__).parents[2] / "docs" / "live-players.md").read_text(encoding="utf-8")


def cells(name: str) -> list[list[str]]:
    """The rows of a parameter."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    assert rows, name
    return rows


@pytest.mark.parametrize("settings", [VoiceSettings, PartnerSettings])
def test_every_parameter_is_told(settings: type) -> None:
    for name, entry in table(settings).items():
        default = getattr(settings(), name)
        wanted = [f"{entry.low:g} to {entry.high:g}", ", ".join(entry.choices), "true, false", "a name"]
        kinds = {"switch": 2, "name": 3, "choice": 1}
        shown = f"{default:g}" if entry.kind in ("number", "whole") else str(default).lower() or '""'
        shown = str(default) if entry.kind == "whole" else shown
        row = [f"`{name}`", wanted[kinds.get(entry.kind, 0)], shown, entry.text]
        assert row in cells(name)


def test_the_words_parameters_are_told() -> None:
    for each in PARAMETERS.values():
        row = [f"`{each.name}`", f"{each.low:g} to {each.high:g}", f"{each.default:g}", f"{each.step:g}"]
        assert [*row, f"{each.more}, {each.less}", each.text] in cells(each.name)


def test_the_examples_can_be_read() -> None:
    (preset,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert list(parse(preset.encode(), "page").partners[0].voices) == ["me", "second", "bass"]
    question, answer = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert json.loads(question)["id"] == json.loads(answer)["id"]
    assert len(from_json(json.loads(answer)).stages[0].changes) == 2


def test_numbers_and_names_are_those_of_the_program() -> None:
    assert f"within {1000 * ECHO:g} ms" in PAGE and f"no answer in time ({TIMEOUT:g} s)" in PAGE
    assert f"more than {ANSWERED} notes" in PAGE and f"of more than {HEARD} not even heard" in PAGE
    for name in presets():
        assert f"`{name}`" in PAGE
