"""docs/python.md: its examples run one after the other, and it names everything that is public."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import stemwright
from stemwright.errors import StemwrightError
from stemwright.face import changes, facts, results
from support.examples import ran

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_examples_run_in_order(tmp_path: Path) -> None:
    printed = ran(PAGE, tmp_path)
    assert "stopped" in printed and "my-song" in printed.splitlines()[-1]
    assert list((tmp_path / "my-song" / "renders").glob("*Mix*.wav"))
    assert (tmp_path / "my-song.flac").is_file() and len(list((tmp_path / "ideas").iterdir())) == 2


def test_everything_public_is_named() -> None:
    for name in stemwright._HOMES:
        assert f"`sw.{name}" in TEXT or name == "Song", name
    calls = [name for name in dir(stemwright.Song) if not name.startswith("_")]
    for name in calls:
        assert re.search(rf"`song\.{name}\(", TEXT), name
        for argument in inspect.signature(getattr(stemwright.Song, name)).parameters:
            assert argument == "self" or re.search(rf"\b{argument}\b", TEXT), (name, argument)
    for call in (stemwright.new, stemwright.make_song, stemwright.import_midi):
        for argument in inspect.signature(call).parameters:
            assert re.search(rf"\b{argument}\b", TEXT), (call, argument)


def test_results_and_errors_are_named() -> None:
    returned = {
        str(inspect.signature(call).return_annotation)
        for call in (
            *(getattr(stemwright.Song, name) for name in dir(stemwright.Song)),
            stemwright.make_song,
            stemwright.import_midi,
            stemwright.list_tracks,
            stemwright.styles,
            stemwright.timbres,
            stemwright.doctor,
        )
        if inspect.isfunction(call)
    }
    named = {name for name in returned if any(hasattr(each, name) for each in (results, facts, changes))}
    assert all(f"`{name}`" in TEXT for name in named)
    assert all(issubclass(kind, StemwrightError) for kind in (stemwright.UsageError, stemwright.Cancelled))
