"""The song folder: one object through which everything of a song on disk is read and written.

Writers take the lock: `with folder.lock(): ...` around a whole piece of work, or implicitly for one
operation. To record work so that a kill at any instant leaves a song that verifies: objects first, then
`cache.remember`, then `runs.append`, then `save`.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from stemwright.errors import StemwrightError, UsageError
from stemwright.store import atomic
from stemwright.store.cache import Cache
from stemwright.store.history import HISTORY_NAME, Head, History
from stemwright.store.lock import LOCK_NAME, WRITER_NAME, FolderLock
from stemwright.store.objects import Objects
from stemwright.store.records import conversion, read_limited
from stemwright.store.renders import Renders
from stemwright.store.runs import Runs
from stemwright.store.telemetry import Telemetry

if TYPE_CHECKING:
    from stemwright.song.document import Song
    from stemwright.song.score import Score

SONG_NAME = "song.json"
DIRECTORIES = ("runs", "objects", "cache", "renders")
SONG_LIMIT = 16 * 1024 * 1024
FOREIGN = frozenset({".git", ".gitignore", ".gitattributes", ".DS_Store", "Thumbs.db", "desktop.ini"})
"""Names that version control and file managers put into folders; not the song's, and left alone."""
GIT_FILES = {
    ".gitattributes": b"* -text\n",  # every byte counts: no conversion of line ends
    ".gitignore": b"/cache/\n/renders/\n/.lock*\n.tmp-*\n",  # what can be made again, and what passes
}
"""What a new song gets for git."""


def is_foreign(name: str) -> bool:
    """Whether `name` is one of FOREIGN or `._NAME`, which macOS puts beside NAME on other file systems."""
    return name in FOREIGN or name.startswith("._")


class SongFolder:
    """A song on disk. Make one with `create` or `open`.

    `objects`, `runs`, `cache`, `telemetry` and `renders` are its parts. Safe to share between threads of one
    process; worker processes hand their results to the process that holds the lock.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FolderLock(path)
        self._mutex = threading.RLock()
        self._depth = 0
        self._history = History(path)
        self.objects = Objects(path, self._guard)
        self.runs = Runs(path, self._guard)
        self.cache = Cache(path, self._guard)
        self.telemetry = Telemetry(path, self._guard)
        self.renders = Renders(path, self._guard)

    @classmethod
    def create(cls, path: str | os.PathLike[str], song: "Song") -> Self:
        """Make a new song folder.

        UsageError where `path` is taken, StemwrightError where it cannot be written.
        """
        root = Path(path)
        _refuse_taken(root)
        existed = root.is_dir()
        atomic.make_directory(root)
        folder = cls(root)
        try:
            with folder.lock():
                _refuse_taken(root)
                folder._history.save(Head())
                for name, text in GIT_FILES.items():
                    if not os.path.lexists(root / name):
                        atomic.write_bytes(root / name, text)
                folder.save(song)
        except BaseException:
            folder._undo_create(existed)
            raise
        return folder

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """The song in `path`.

        UsageError where there is none; its content is checked by `load` and `verify`.
        """
        root = Path(path)
        if not os.path.lexists(root):
            raise UsageError(f"{root}: no such folder; make a song with: stemwright new {root}")
        if not root.is_dir():
            raise UsageError(f"{root}: is a file, not a song folder")
        if not os.path.lexists(root / SONG_NAME) and not (root / "runs").is_dir():
            raise UsageError(f"{root}: is not a song (no {SONG_NAME}); make one with: stemwright new DIR")
        for name in DIRECTORIES:
            if (root / name).is_symlink():
                raise StemwrightError(f"{root / name}: is a link out of the song; replace it with a folder")
        return cls(root)

    @contextlib.contextmanager
    def lock(self) -> Iterator[Self]:
        """Be the song's only writer for a while (reentrant).

        StemwrightError naming the folder and the other's pid.
        """
        with self._mutex:
            if self._depth == 0:
                self._lock.acquire()
                atomic.sweep(self._directories())
            elif not self._lock.held:
                raise StemwrightError(
                    f"{self.path}: a forked process cannot write; hand its results to its parent"
                )
            self._depth += 1
        try:
            yield self
        finally:
            with self._mutex:
                self._depth -= 1
                if self._depth == 0:
                    self._lock.release()

    def load(self) -> "Song":
        """The song's document.

        StemwrightError naming file and field where it is damaged, too large or too new.
        """
        from stemwright.song.document import loads

        name = str(self.path / SONG_NAME)
        try:
            data = read_limited(self.path / SONG_NAME, name, SONG_LIMIT)
            if converted := conversion(data, name):
                raise StemwrightError(converted)
            return loads(data, name)
        except FileNotFoundError:
            raise StemwrightError(f"{name}: is missing") from None
        except UsageError as error:  # the request was fine, the file is not
            raise StemwrightError(error.marked) from error

    def save(self, song: "Song") -> None:
        """Replace `song.json`. Store the objects and append the run that it names first."""
        from stemwright.song.document import dumps

        data = dumps(song)
        if len(data) > SONG_LIMIT:
            raise StemwrightError(f"{self.path / SONG_NAME}: would be larger than {SONG_LIMIT:,} bytes")
        with self._guard():
            atomic.write_bytes(self.path / SONG_NAME, data)

    def score(self, sha: str, layer: str) -> "Score":
        """A layer's score by its SHA-256."""
        from stemwright.song.score import Score

        return Score.from_bytes(self.objects.get(sha), f"{layer}'s score")

    def scores(self, song: "Song") -> "dict[str, Score]":
        """The score of each layer that has one: of its active take, else the one it was given."""
        found = {name: entry.score_in_use for name, entry in song.layers.items()}
        return {name: self.score(sha, name) for name, sha in found.items() if sha is not None}

    def busy(self) -> bool:
        """Whether a writer is at work on this song (this object's own lock counts)."""
        return self._depth > 0 or self._lock.busy()

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        with self.lock(), self._mutex:
            yield

    def _directories(self) -> Iterator[Path]:
        yield self.path
        for name in ("runs", "cache", "renders"):
            if not (self.path / name).is_symlink():
                yield self.path / name
        yield from self.objects.directories()

    def _undo_create(self, existed: bool) -> None:
        with contextlib.suppress(OSError):
            if not existed and not (self.path / SONG_NAME).exists():
                for name in (HISTORY_NAME, *GIT_FILES):
                    (self.path / name).unlink(missing_ok=True)
                self.path.rmdir()


def _refuse_taken(root: Path) -> None:
    """UsageError unless `root` is free: nothing there, an empty folder, or a creation cut short."""
    if not os.path.lexists(root):
        return
    if not root.is_dir():
        raise UsageError(f"{root}: is a file; name a folder for the song")
    try:
        names = os.listdir(root)
    except OSError as error:
        raise StemwrightError(f"{root}: cannot be read: {error.strerror or error}") from error
    if SONG_NAME in names:
        raise UsageError(f"{root}: already holds a song; choose another folder, or work on that one")
    begun = {HISTORY_NAME, LOCK_NAME} | FOREIGN
    for name in sorted(names):
        if name not in begun and not atomic.is_temp(name) and not WRITER_NAME.fullmatch(name):
            raise UsageError(f"{root}: the folder is not empty (it holds {name!r}); choose another")
