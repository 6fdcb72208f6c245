"""Files that are either there in full or not there at all.

A new file is written beside its destination under a temporary name, flushed, fsynced, renamed over the
destination, and the directory is fsynced. A process killed at any instant leaves the old file or the new one,
and at worst a temporary file, which `sweep` removes (call it only while holding the song's lock).
"""

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from stemwright.errors import StemwrightError

TEMP_NAME = re.compile(r"\.tmp-[0-9]+-[0-9a-f]{16}")

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


def is_temp(name: str) -> bool:
    """Whether `name` (no directory) is a temporary file of `replacing`."""
    return TEMP_NAME.fullmatch(name) is not None


def explain(error: OSError, path: Path) -> StemwrightError:
    """The one line for a failed write to `path`."""
    if error.errno in _FULL:
        return StemwrightError(
            f"{path}: the disk is full; nothing was changed; free some space and run it again"
        )
    if error.errno in _READ_ONLY:
        return StemwrightError(
            f"{path}: not allowed to write here; make the folder writable or choose another"
        )
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return StemwrightError(f"{path}: a file stands where a folder is needed; move it away")
    return StemwrightError(f"{path}: cannot be written: {error.strerror or error}")


def temp_path(directory: Path) -> Path:
    """A fresh temporary name in `directory`; nothing is created."""
    return directory / f".tmp-{os.getpid()}-{secrets.token_hex(8)}"


def make_directory(path: Path) -> None:
    """Create `path` and its missing parents, durably. StemwrightError where that is impossible."""
    if path.is_dir():
        return
    make_directory(path.parent)
    try:
        path.mkdir(exist_ok=True)
        sync_directory(path.parent)
    except OSError as error:
        raise explain(error, path) from error


def sync_directory(path: Path) -> None:
    """Make renames in `path` durable. Windows has no such call and does without."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:  # some network and FUSE file systems cannot fsync a directory
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Flush the content of `path` to the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; what the block wrote there becomes `path` when it ends well.

    Whatever goes wrong (also Ctrl-C), `path` stays as it was and the temporary file is removed.
    StemwrightError (one line) for a full disk, a read-only folder and other failed writes.
    """
    make_directory(path.parent)
    temp = temp_path(path.parent)
    try:
        yield temp
        sync_file(temp)
        os.replace(temp, path)
        sync_directory(path.parent)
    except OSError as error:
        raise explain(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            temp.unlink()


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path`, atomically and durably."""
    with replacing(path) as temp, open(temp, "xb") as file:
        file.write(data)


def sweep(directories: Iterable[Path]) -> int:
    """Remove temporary files that killed processes left; returns how many. Only under the song's lock."""
    removed = 0
    for directory in directories:
        with contextlib.suppress(OSError), os.scandir(directory) as entries:
            for entry in entries:
                if is_temp(entry.name) and entry.is_file(follow_symlinks=False):
                    with contextlib.suppress(OSError):
                        os.unlink(entry.path)
                        removed += 1
    return removed
