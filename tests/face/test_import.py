"""`import stemwright` is light, and every public name is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import stemwright
from support.runner import environment

HEAVY = "{'numpy', 'onnxruntime', 'soundfile', 'soxr', 'scipy', 'torch', 'typer', 'rich'}"


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True
    )
    return done.stdout.strip()


def test_import_and_opening_load_nothing_heavy() -> None:
    """A song can be started and looked for before anything heavy is loaded."""
    code = f"import sys, stemwright as sw; sw.new; sw.open; sw.Song; print(set(sys.modules) & {HEAVY})"
    assert python(code) == "set()"


def test_import_takes_less_than_a_tenth_of_a_second() -> None:
    code = "import time; before = time.process_time(); import stemwright; print(time.process_time() - before)"
    assert min(float(python(code)) for _ in range(3)) < 0.1


def test_every_public_name_is_there_and_others_are_refused() -> None:
    assert all(getattr(stemwright, name) is not None for name in stemwright._HOMES)
    assert set(stemwright._HOMES) <= set(dir(stemwright))
    with pytest.raises(AttributeError, match="opne"):
        stemwright.opne  # type: ignore[attr-defined]  # noqa: B018


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(stemwright.__file__).parent / "py.typed").is_file()
    declared = (Path(stemwright.__file__)).read_text(encoding="utf-8")
    assert all(f"import {name} as {name}" in declared for name in stemwright._HOMES)
