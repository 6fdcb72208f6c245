"""Running the command line as a user does: in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import stemwright

SOURCES = str(Path(stemwright.__file__).parents[1])
COMMAND = [sys.executable, "-m", "stemwright"]


def environment(weights: Path | None = None, **more: str) -> dict[str, str]:
    """The environment of a run: these sources, and `weights` before the shipped bundles."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STEMWRIGHT_")}
    bundles = {"STEMWRIGHT_WEIGHTS": str(weights)} if weights is not None else {}
    paths = [SOURCES, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**clean, "PYTHONPATH": os.pathsep.join(paths), "COLUMNS": "200", **bundles, **more}


def run(*arguments: object, weights: Path | None = None, cwd: Path | None = None, **more: str) -> Any:
    """The finished process of `stemwright arguments...`: returncode, stdout, stderr."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment(weights, **more),
        cwd=cwd,
        check=False,
    )


def start(*arguments: object, weights: Path | None = None, **more: str) -> subprocess.Popen[str]:
    """`stemwright arguments...`, running, and hearing Ctrl-C even where the tests run in the background."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(weights, **more),
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def run_json(*arguments: object, weights: Path | None = None) -> dict[str, Any]:
    """What a command with `--json` that ends well prints."""
    done = run(*arguments, "--json", weights=weights)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def assert_refused(done: Any, *codes: int) -> str:
    """The one error line of a command that refused: right exit code, no output, no traceback."""
    assert done.returncode in (codes or (2,)), (done.returncode, done.stdout, done.stderr)
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: "), done.stderr
    assert "Traceback" not in done.stderr and "unexpected" not in done.stderr, done.stderr
    assert not done.stdout.strip(), done.stdout
    return lines[0]
