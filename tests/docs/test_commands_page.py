"""docs/commands.md is what the command line says now."""

from __future__ import annotations

from pathlib import Path

from stemwright.cli.commands_page import REMAKE, commands_page

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_up_to_date() -> None:
    same = PAGE.read_text(encoding="utf-8") == commands_page()
    assert same, f"the command line has changed; write the page again: {REMAKE}"


def test_a_command_has_its_arguments_options_and_example() -> None:
    page = commands_page()
    section = page[page.index("\n## mix\n") :].split("\n## ")[1]
    for said in ("| `DIR` |", "| `--quality NAME` |", "| `--stems` |", "`stemwright mix my-song --stems"):
        assert said in section
    assert "\n## train codec\n" in page and "\n## evaluate sound\n" in page
