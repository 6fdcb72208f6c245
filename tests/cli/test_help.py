"""Help: every command has one, with an example, and it starts at once."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from stemwright.cli.app import build
from stemwright.cli.main import run
from support.runner import COMMAND, environment

COMMANDS = [
    ("new",), ("song",), ("compose",), ("generate",), ("perform",), ("mix",), ("show",), ("log",),
    ("verify",), ("takes",), ("use",), ("remove",), ("undo",), ("redo",), ("restore",), ("branch",),
    ("merge",), ("diff",), ("gc",), ("copy",), ("layer", "set"), ("styles",), ("style", "check"),
    ("timbres",), ("import",), ("export",), ("doctor",), ("train", "data"), ("train", "check"),
    ("train", "codec"),
    ("train", "tone"), ("train", "tokenize"), ("train", "performer"), ("train", "widen"), ("train", "wide"),
    ("train", "corpus"), ("train", "composer"), ("train", "companion"), ("train", "evaluate"),
    ("bench", "engine"),
    ("evaluate", "codec"), ("evaluate", "performer"), ("evaluate", "composer"), ("evaluate", "song"),
    ("evaluate", "sound"), ("evaluate", "curves"),
    ("import-codec",),
]  # fmt: skip
WITHOUT_JSON = {
    ("train", name)
    for name in (
        "data", "check", "codec", "tokenize", "performer", "widen", "wide", "tone", "corpus", "composer",
        "companion",
    )
}  # fmt: skip
HEAVY = {"numpy", "onnxruntime", "soundfile", "soxr", "scipy", "torch", "mido", "safetensors"}


def test_the_list_is_whole() -> None:
    app = build()
    known = {command.name for command in app.registered_commands if not command.hidden}
    known |= {group.name for group in app.registered_groups}
    assert known == {command[0] for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "--help"]) == 0
    shown = capsys.readouterr()
    assert "Usage: stemwright " + " ".join(command) in shown.out and not shown.err
    assert f"Example: stemwright {' '.join(command)}" in " ".join(shown.out.split())
    assert ("--json" in shown.out) == (command not in WITHOUT_JSON)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from stemwright.cli.main import run; run(['--help']); "
        f"sys.exit(', '.join(set(sys.modules) & {HEAVY!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=False
    )
    assert not done.stderr.strip(), done.stderr


def test_help_starts_within_0_4_s() -> None:
    """Processor time, so that a busy machine does not fail it; the benchmarks hold the wall time."""
    best = 9.0
    for _ in range(3):
        before = time.perf_counter()
        children = _children_seconds()
        subprocess.run([*COMMAND, "--help"], capture_output=True, env=environment(), check=True)
        best = min(best, _children_seconds() - children, time.perf_counter() - before)
    assert best < 0.4


def _children_seconds() -> float:
    import os

    spent = os.times()
    return spent.children_user + spent.children_system


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from stemwright import __version__

    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"stemwright {__version__}"


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Commands" in capsys.readouterr().out


def test_help_names_every_style() -> None:
    from stemwright.cli.options import Style
    from stemwright.compose.styles import NAMES

    help_text = Style.__metadata__[0].help
    assert f": {', '.join(NAMES)}." in help_text
