"""The entry point: runs the command tree and turns every outcome into an exit code and at most one line.

Exit codes: 0 done, 1 could not, 2 used wrongly, 130 interrupted. `STEMWRIGHT_DEBUG=1` shows tracebacks.
Heavy imports happen inside the commands, so that `stemwright --help` starts at once.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line with the process's arguments and end the process."""
    _open_streams()
    code = run(sys.argv[1:])
    _quit(code)


def run(argv: list[str]) -> int:
    """Run one command. Returns its exit code; prints errors as one line on standard error."""
    try:
        from stemwright.cli.app import build

        outcome = build(argv[0] if argv else "")(args=argv, prog_name="stemwright", standalone_mode=False)
        if outcome == 130:  # how the command-line library reports Ctrl-C
            raise KeyboardInterrupt
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else 0
    except BaseException as error:  # the outermost frame: every outcome becomes an exit code
        if os.environ.get("STEMWRIGHT_DEBUG") == "1" and isinstance(error, Exception):
            import traceback

            traceback.print_exc()
        from stemwright.cli.outcome import judge

        code, line = judge(error)
        if line:
            _say(line)
        return code


def _open_streams() -> None:
    """Where the caller has closed a stream, its output goes nowhere, and no file takes its place."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115


def _say(line: str) -> None:
    """One line on standard error, whatever the terminal can encode; a closed terminal is no error."""
    try:
        text = " ".join(line.split())
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass


def _quit(code: int) -> NoReturn:
    """End the process. After an interruption at once: worker threads have nothing left that needs them."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            code = code or 0
            _silence(stream)
    if code == 130:
        os._exit(code)
    sys.exit(code)


def _silence(stream: object) -> None:
    """Point a broken stream at nothing, so that the interpreter's own last flush stays quiet."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[attr-defined]
