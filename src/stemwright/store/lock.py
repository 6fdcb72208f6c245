"""One writer per song: an advisory lock on the empty file `.lock`.

The operating system drops the lock when its holder dies, so nothing ever has to be unlocked by hand. The
holder's process id stands in the *name* of an empty file (`.writer-1234`): no byte of either file can be
damaged.
"""

import contextlib
import errno
import functools
import os
import re
import time
import weakref
from pathlib import Path

from stemwright.errors import StemwrightError
from stemwright.store import atomic

LOCK_NAME = ".lock"
WRITER_NAME = re.compile(r"\.writer-([0-9]{1,20})")
_BUSY = {errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, getattr(errno, "EDEADLK", errno.EAGAIN)}


class FolderLock:
    """The writer's lock of the folder `path`.

    Not reentrant; two of these exclude each other, also in one process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object, in this process, holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock at once, or StemwrightError naming the folder and the process that holds it."""
        descriptor = self._open()
        while not self._is_current(
            descriptor
        ):  # the last holder removed the file between our open and our lock
            os.close(descriptor)
            descriptor = self._open()
        self._descriptor = descriptor
        _HELD.add(self)
        _watch_forks()
        self._forget_writers()
        with contextlib.suppress(OSError):
            (self._path / f".writer-{os.getpid()}").touch()

    def release(self) -> None:
        """Give the lock back and remove its files."""
        if self._descriptor is None:
            return
        self._forget_writers()
        with contextlib.suppress(OSError):  # Windows refuses to remove an open file; an empty one may stay
            (self._path / LOCK_NAME).unlink()
        self.drop()

    def drop(self) -> None:
        """Close our handle on the lock and remove nothing (what a forked child does)."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None
        _HELD.discard(self)

    def busy(self) -> bool:
        """Whether somebody holds the lock now; creates nothing."""
        try:
            descriptor = os.open(self._path / LOCK_NAME, os.O_RDWR)
        except OSError:
            return False
        try:
            return not _try_lock(descriptor)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        path = self._path / LOCK_NAME
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except OSError as error:
            raise atomic.explain(error, self._path) from error
        try:
            for attempt in range(5):  # a reader that asks `busy` holds the lock for an instant
                if _try_lock(descriptor):
                    return descriptor
                time.sleep(0.01 * (attempt + 1))
            raise StemwrightError(
                f"{self._path}: is being written by {self._holder()}; wait for it or stop it"
            )
        except BaseException:
            os.close(descriptor)
            raise

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self._path / LOCK_NAME))
        except FileNotFoundError:
            return False

    def _writers(self) -> list[str]:
        try:
            return sorted(name for name in os.listdir(self._path) if WRITER_NAME.fullmatch(name))
        except OSError:
            return []

    def _holder(self) -> str:
        pids = [name.removeprefix(".writer-") for name in self._writers()]
        return f"another process (pid {', '.join(pids)})" if pids else "another process (pid unknown)"

    def _forget_writers(self) -> None:
        for name in self._writers():
            with contextlib.suppress(OSError):
                (self._path / name).unlink()


_HELD: weakref.WeakSet[FolderLock] = weakref.WeakSet()


@functools.cache
def _watch_forks() -> None:
    """Let no forked child keep its parent's locks: they would outlive the parent."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_drop_all)


def _drop_all() -> None:
    for lock in list(_HELD):
        lock.drop()


def _try_lock(descriptor: int) -> bool:
    try:
        _lock(descriptor)
    except OSError as error:
        if error.errno in _BUSY:
            return False
        raise StemwrightError(f"this file system cannot lock files: {error.strerror or error}") from error
    return True


if os.name == "nt":  # pragma: no cover
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
