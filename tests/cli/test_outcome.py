"""From exceptions to exit codes and one line."""

from __future__ import annotations

import errno

import pytest

from stemwright.cli import main
from stemwright.cli.outcome import judge
from stemwright.errors import StemwrightError, UsageError, argument


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (UsageError("bpm: is wrong"), 2, "error: bpm: is wrong"),
        (UsageError(f"{argument('keep_rhythm')}: no score"), 2, "error: --keep-rhythm: no score"),
        (StemwrightError("busy"), 1, "error: busy"),
        (KeyboardInterrupt(), 130, "resumes"),
        (OSError(errno.ENOSPC, "No space left on device", "/x/y"), 1, "free some space"),
        (OSError(errno.EROFS, "Read-only file system", "/x/y"), 1, "/x/y: Read-only"),
        (MemoryError(), 1, "out of memory"),
        (ValueError("odd"), 1, "unexpected ValueError: odd"),
        (BrokenPipeError(), 0, ""),
        (SystemExit(3), 3, ""),
        (SystemExit(), 0, ""),
    ],
)
def test_judge(error: BaseException, code: int, word: str) -> None:
    found, line = judge(error)
    assert found == code and word in line and "\n" not in line


def test_lines_stay_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    main._say("error: two\nlines \udcff é")
    assert capsys.readouterr().err.count("\n") == 1


def test_debug_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["show", "/nowhere/at/all"]) == 2
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("STEMWRIGHT_DEBUG", "1")
    assert main.run(["show", "/nowhere/at/all"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_usage_errors_name_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["generate"]) == 2
    assert "stemwright generate --help" in capsys.readouterr().err
