"""docs/companion.md: its example runs, and it names every field of a query and every call."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from stemwright.symbolic.companion import Companion, Query, uses
from support.companions import write_companion

TEXT = (Path(__file__).parents[2] / "docs" / "companion.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_the_example_runs(tmp_path: Path) -> None:
    write_companion(tmp_path)
    example = "\n".join(BLOCK.findall(TEXT)) + "\nprint(event)"
    where = {**os.environ, "STEMWRIGHT_WEIGHTS": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", example], capture_output=True, text=True, env=where, check=True
    )
    assert done.stdout.startswith("Event(instrument='bass', pitch=")


def test_every_field_and_call_is_named() -> None:
    calls = [name for name, value in vars(Companion).items() if not name.startswith("_") and callable(value)]
    for name in (*(field.name for field in fields(Query)), *calls, "harmonise", "answer", "improvise"):
        assert re.search(rf"`[^`]*\b{name}\b[^`]*`", TEXT), name
    assert all(name in vars(uses) for name in ("harmonise", "answer", "improvise", "chord_tones"))
