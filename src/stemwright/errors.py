"""Errors that a user can act on. The command line prints their one line and exits with `exit_code`."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable
from typing import Self

_SIGN = "\ue000"  # of Unicode's private use: in no text that a user gives
_NAMED = re.compile(f"{_SIGN}([a-z_]+)")


def argument(name: str) -> str:
    """The name of an argument, "keep_rhythm", for use in the text of a `Message` or an error."""
    return _SIGN + name


class Message(str):
    """A line for the user, which names arguments with `argument`. As text it names them as Python does."""

    marked: str

    def __new__(cls, text: str) -> Self:
        marked = text.marked if isinstance(text, Message) else text
        message = super().__new__(cls, _NAMED.sub(r"\1", marked))
        message.marked = marked
        return message

    @property
    def arguments(self) -> list[str]:
        """The arguments that it names."""
        return _NAMED.findall(self.marked)

    def naming(self, write: Callable[[str], str]) -> str:
        """The text with each argument as `write` writes its name."""
        return _NAMED.sub(lambda found: write(found[1]), self.marked)


class StemwrightError(Exception):
    """The work could not be done (disk full, damaged object, busy folder). Exit code 1.

    `field`: the argument that is wrong or that mends it, None where it is none; if it is not said, the first
    one that the message names.
    """

    exit_code = 1

    def __init__(self, message: str = "", field: str | None = None) -> None:
        self.message = Message(message)
        self.field = field or next(iter(self.message.arguments), None)
        super().__init__(self.message)

    @property
    def marked(self) -> str:
        """The message to be put into another one, so that the arguments it names stay known as such."""
        return self.message.marked


class UsageError(StemwrightError):
    """The request itself is wrong (bad argument, bad file, bad field). Exit code 2."""

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
