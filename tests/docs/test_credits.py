"""CREDITS.md names every source that timbres were made of and that shipped bundles learned from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import stemwright
from stemwright.corpus.credits import credited as said_of
from stemwright.corpus.sources import SOURCES
from stemwright.instruments.timbres import RECIPES

ROWS = [
    line
    for line in (Path(__file__).parents[2] / "CREDITS.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ")
]
SOUNDS = sorted({part for rows in RECIPES.values() for r in rows for part in r.source.split("; ")})
MANIFESTS = sorted((Path(stemwright.__file__).parent / "weights").glob("*/manifest.json"))
NAMES = re.compile(r"\b[A-Za-z]*[A-Z][\w']+")
"""Words that are names: those with a capital in them."""


def credited(source: str) -> bool:
    """Whether one row has every name of "NAME (LICENCE)", and the licence."""
    name, _, rest = source.partition(" (")
    licence = rest.partition(")")[0].partition(" and ")[0]
    words = NAMES.findall(name)
    return any(licence in row and all(word in row for word in words) for row in ROWS)


@pytest.mark.parametrize("source", SOUNDS)
def test_the_sources_of_timbres(source: str) -> None:
    assert credited(source)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.parent.name)
def test_the_sources_of_bundles(manifest: Path) -> None:
    sources = json.loads(manifest.read_text(encoding="utf-8"))["sources"]
    assert sources and [source for source in sources if not credited(source)] == []


@pytest.mark.parametrize("name", [name for name in SOURCES if name != "own"])
def test_the_sets_that_a_corpus_is_made_of(name: str) -> None:
    _, (source,) = said_of([name])
    assert credited(source)


def test_the_dictionary_and_its_licence() -> None:
    assert credited("CMU Pronouncing Dictionary (BSD-2-Clause)")
    licence = Path(stemwright.__file__).parent / "words" / "data" / "LICENSE-cmudict.txt"
    assert "Carnegie Mellon University" in licence.read_text(encoding="utf-8")


def test_what_is_not_there_is_not_credited() -> None:
    assert not credited("Somebody's Piano (CC0)") and not credited("DrumGizmo MuldjordKit (CC0)")
