"""docs/styles.md: its examples are styles that can be played, and its lists are those of the reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stemwright.compose.arranger import arrange
from stemwright.compose.parts import PARTS
from stemwright.compose.stylebook.reading import examine
from stemwright.shown.stylesheet import check_style
from stemwright.song.drums import DRUM_PIECES
from stemwright.song.layers import LAYERS
from stemwright.song.state import GlobalState

PAGE = (Path(__file__).parents[2] / "docs" / "styles.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STEMWRIGHT_STYLES", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("example", EXAMPLES, ids=["short", "whole"])
def test_every_example_is_played(own: Path, example: str) -> None:
    (own / "my-example.toml").write_text(example)
    assert check_style(own / "my-example.toml")["faults"] == []
    made = arrange(GlobalState.create(form="intro:2 verse:4 chorus:4", style="my-example"), seed=1)
    assert all(made.scores[layer].notes for layer in LAYERS)


def test_the_whole_example_names_every_field(own: Path) -> None:
    """Each field that the reader knows stands in the example: a misspelt one is told all of them."""
    file = own / "my-example.toml"
    known: set[str] = set()
    tables = ("chords", "drums", "bass", "harmony", "lead", "feel", "percussion", "pad", "guitar2", "brass")
    for table in ("", *(f"[{name}]" for name in (*tables, "form"))):
        file.write_text(f"{table}\n????=1\n".replace("????", '"@"'))
        fault = next(fault for fault in examine(file)[1] if "is not known here" in fault)
        known |= set(fault.partition("; use one of ")[2].split(", "))
    written = set(re.findall(r"^\[*([a-z0-9.]+)(?:\]| *=)", EXAMPLES[1], re.MULTILINE))
    assert known - {"like"} <= {name.rpartition(".")[2] for name in written}


def test_the_drums_and_the_parts_are_listed() -> None:
    assert " ".join(DRUM_PIECES) in PAGE
    assert set(PARTS) <= set(re.findall(r"`([a-z0-9]+)`", PAGE[PAGE.index("## Layers") :]))
