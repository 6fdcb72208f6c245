"""Errors that a user can act on. The command line prints their one line and exits with `exit_code`."""

import shlex
import sys


class StemwrightError(Exception):
    """The work could not be done (disk full, damaged object, busy folder). Exit code 1."""

    exit_code = 1


class UsageError(StemwrightError):
    """The request itself is wrong (bad option, bad file, bad field). Exit code 2."""

    exit_code = 2


def shown(value: object) -> str:
    """`repr` of a value that was refused, short enough for the one line: a file may hold anything."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits, a deep list
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 60 else f"{text[:60]}..."


def few(lines: list[str], others: str, most: int = 5) -> list[str]:
    """The first lines of many, and one that counts the `others`."""
    return lines[:most] + ([f"and {len(lines) - most} {others}"] if len(lines) > most else [])


def install(package: str) -> str:
    """The command that installs a package for the very Python that runs, wherever it was installed."""
    return f"{shlex.quote(sys.executable)} -m pip install {package}"
