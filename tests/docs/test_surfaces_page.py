"""docs/surfaces.md: its preset can be read, and its table is the table of actions."""

from __future__ import annotations

import re
from pathlib import Path

from stemwright.live.control.actions import ACTIONS, read_line, read_part
from stemwright.live.control.mapping import MODES
from stemwright.live.control.osc import addresses
from stemwright.live.control.presets import read_preset
from stemwright.live.control.sources import SOURCE_KINDS
from stemwright.live.screen.page import KEYS
from stemwright.live.shown_state import ShownColumn, ShownMessage, ShownSlot, ShownState

PAGE = (Path(__file__).parents[2] / "docs" / "surfaces.md").read_text(encoding="utf-8")


def test_the_preset_is_read_and_names_every_kind(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "example.toml").write_text(example)
    assert len(read_preset(tmp_path / "example.toml").mapped) == 4
    assert f"# {', '.join(SOURCE_KINDS)}" in example and f"# {', '.join(MODES)}" in example


def test_the_table_is_that_of_the_actions() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    told = [(name, about) for name, _, about in rows]
    assert told == [(kind.name, kind.about) for kind in ACTIONS.values()]
    for name, arguments, _ in rows:
        for parameter in ACTIONS[name].parameters:
            assert f"{parameter.name}: {parameter.wanted}" in arguments


def test_what_is_to_be_typed_is_an_action() -> None:
    (line,) = re.findall(r'`(learn\.start ".*?")`', PAGE)
    assert read_part(str(read_line(line).arguments["line"])) == ("column.level", {"column": 2})


def test_what_is_sent_and_every_key_is_named() -> None:
    state = ShownState(columns=(ShownColumn("a", (ShownSlot(),)),), messages=(ShownMessage("x"),))
    for address, _ in addresses(state):
        assert f"`{address}`" in PAGE or address.split("/")[2] in ("column", "slot")
    keys = {key.split()[0] for key in KEYS if len(key.split()[0]) == 1}
    assert all(f"`{key}`" in PAGE for key in keys)
