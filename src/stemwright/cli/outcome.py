"""From an exception to an exit code and the one line that the user reads."""

from __future__ import annotations

import errno

from stemwright.cli.output import in_options
from stemwright.errors import StemwrightError

INTERRUPTED = "interrupted: nothing is lost; run the same command again and it resumes"


def judge(error: BaseException) -> tuple[int, str]:
    """Exit code and line ("" for none) of an exception that ended a command."""
    if isinstance(error, SystemExit):
        return _system_exit(error)
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        return 130, INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return 0, ""
    if isinstance(error, StemwrightError):
        return error.exit_code, f"error: {in_options(error.message)}"
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        return _usage(error)
    if isinstance(error, OSError):
        return 1, f"error: {_os_line(error)}"
    if isinstance(error, MemoryError):
        return 1, "error: out of memory: close other programs, or make fewer layers or bars at a time"
    if isinstance(error, UnicodeEncodeError):
        return 1, f"error: this locale has no {error.object[error.start : error.end]!a}; set LC_ALL=C.UTF-8"
    name = type(error).__name__
    return 1, f"error: unexpected {name}: {error} (STEMWRIGHT_DEBUG=1 shows where)"


def _system_exit(error: SystemExit) -> tuple[int, str]:
    if error.code is None or isinstance(error.__context__, BrokenPipeError):
        return 0, ""
    return (error.code, "") if isinstance(error.code, int) else (1, f"error: {error.code}")


def _usage(error: BaseException) -> tuple[int, str]:
    """A wrong use that the command-line library noticed; it knows the command, which has help to give."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return 2, ""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "stemwright"
    message = error.format_message().rstrip(".")  # type: ignore[attr-defined]
    return 2, f"error: {message} (see '{path} --help')"


def _os_line(error: OSError) -> str:
    """What the operating system refused, with the file and what to do about it."""
    advice = {
        errno.ENOSPC: "free some space and run the same command again: finished work is kept",
        errno.EDQUOT: "free some space and run the same command again: finished work is kept",
        errno.EROFS: "choose a folder that can be written to",
        errno.EACCES: "choose a folder that you may write to",
        errno.EPERM: "choose a folder that you may write to",
        errno.EFBIG: "the file system refuses files of this size",
        errno.ENAMETOOLONG: "choose a shorter name",
    }.get(error.errno or 0, "")
    what = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{what}" + (f": {advice}" if advice else "")
