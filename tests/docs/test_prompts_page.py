"""docs/prompts.md: what its table calls readable is read, and its example comes out as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.compose.styles import BOOK
from stemwright.text.read import read_prompt

PAGE = (Path(__file__).parents[2] / "docs" / "prompts.md").read_text(encoding="utf-8")
TABLE = PAGE.split("## What is read exactly")[1].split("**Contradictions")[0]
CELLS = [line.split(" | ")[1] for line in TABLE.splitlines() if line.startswith("| ") and "---" not in line]
PHRASES = [
    phrase.replace("\\|", "|")
    for cell in CELLS[1:]
    for phrase in re.findall(r"`([^`]+)`", cell)
    if not phrase.endswith(".toml") and phrase != "very"
]


@pytest.mark.parametrize("phrase", PHRASES)
def test_what_the_table_names_is_read(phrase: str) -> None:
    assert read_prompt(phrase, BOOK).said, phrase


def test_the_example_is_what_the_command_says(capsys: pytest.CaptureFixture[str]) -> None:
    prompt = "slow bossa in G minor, nylon guitar, brushes, no bass"
    assert f'stemwright explain "{prompt}"' in PAGE
    assert run(["explain", prompt]) == 0
    assert capsys.readouterr().out.strip() in PAGE
