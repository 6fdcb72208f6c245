"""docs/python.md: its examples run one after the other, and it names everything that is public."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import stemwright
from stemwright.errors import StemwrightError
from stemwright.face import results

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "python.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def ran(examples: str, where: Path) -> str:
    """What Python examples print, run in a folder with the shipped weights."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STEMWRIGHT_")}
    done = subprocess.run(
        [sys.executable, "-c", examples],
        capture_output=True,
        text=True,
        cwd=where,
        env={**clean, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_run_in_order(tmp_path: Path) -> None:
    printed = ran("\n".join(BLOCK.findall(TEXT)), tmp_path)
    assert "stopped" in printed and "my-song" in printed.splitlines()[-1]
    assert list((tmp_path / "my-song" / "renders").glob("*Mix*.wav"))
    assert (tmp_path / "my-song.flac").is_file() and len(list((tmp_path / "ideas").iterdir())) == 2


def test_everything_public_is_named() -> None:
    for name in stemwright._HOMES:
        assert f"`sw.{name}" in TEXT or name == "Song", name
    calls = [name for name in vars(stemwright.Song) if not name.startswith("_")]
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
        for call in (*vars(stemwright.Song).values(), stemwright.make_song, stemwright.import_midi)
        if callable(call)
    }
    assert all(f"`{name}`" in TEXT for name in returned if hasattr(results, name))
    assert all(issubclass(kind, StemwrightError) for kind in (stemwright.UsageError, stemwright.Cancelled))
