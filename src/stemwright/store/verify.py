"""Verify: is every file of the song what it was when it was written, and do they fit together?

Found: any flipped bit in any file, missing objects, a broken or shortened chain of runs or telemetry, takes
that `song.json` names and that are not there, links, and files that do not belong among those of the store.
Not a fault: temporary files of killed processes, objects that nothing names, renders that were deleted (they
can be made again). Files of other programs, in the root or in `renders/`, are told and are no fault.
"""

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.errors import StemwrightError
from stemwright.store import atomic
from stemwright.store.folder import DIRECTORIES, FOREIGN, SONG_LIMIT, SONG_NAME, SongFolder, is_foreign
from stemwright.store.history import HISTORY_NAME, Head, History
from stemwright.store.lock import LOCK_NAME, WRITER_NAME
from stemwright.store.records import conversion, hash_file, is_sha, read_limited
from stemwright.store.runs import run_number
from stemwright.store.sounds import SOUND_NAME, Sounds
from stemwright.store.telemetry import TELEMETRY_NAME

if TYPE_CHECKING:
    from stemwright.song.document import Song

ROOT_FILES = frozenset({SONG_NAME, HISTORY_NAME, TELEMETRY_NAME})


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What `verify` found: `objects` is how many object files were checked, `problems` one line each;
    `notes`: files of other programs, which do no harm.
    """

    ok: bool
    objects: int
    problems: list[str]
    notes: list[str] = field(default_factory=list)


def verify(folder: SongFolder, *, patience: int = 3) -> VerifyReport:
    """Check all of `folder`; writes nothing.

    Looks again where a writer at work may explain what was found.
    """
    report = _verify_once(folder)
    for _ in range(patience):
        if report.ok or not folder.busy():
            break
        time.sleep(0.1)
        report = _verify_once(folder)
    return report


def _verify_once(folder: SongFolder) -> VerifyReport:
    """One pass.

    What names others is read before what it names, so a writer beside us cannot make it look torn.
    """
    if converted := _converted(folder):  # then nearly every file is, and one line says it
        return VerifyReport(ok=False, objects=0, problems=[converted])
    problems: list[str] = []
    song = _song(folder, problems)
    head = _head(folder, problems)
    runs = _runs(folder, head, problems)
    problems += _telemetry(folder, head)
    if song is not None:
        problems += _references(folder, song, runs)
    problems += _cache(folder)
    objects, damaged = _objects(folder)
    problems += damaged
    problems += folder.renders.problems()
    problems += _strangers(folder.path)
    unique = list(dict.fromkeys(problems))
    notes = [f"{name}: is not the song's; left alone" for name in _guests(folder)]
    return VerifyReport(ok=not unique, objects=objects, problems=unique, notes=notes)


def _converted(folder: SongFolder) -> str:
    """What to say where the song's line ends were converted; "" otherwise."""
    try:
        return conversion(read_limited(folder.path / SONG_NAME, SONG_NAME, SONG_LIMIT), SONG_NAME)
    except (FileNotFoundError, StemwrightError):  # told elsewhere
        return ""


def _song(folder: SongFolder, problems: list[str]) -> "Song | None":
    from stemwright.song.document import dumps, loads

    try:
        data = read_limited(folder.path / SONG_NAME, SONG_NAME, SONG_LIMIT)
        song = loads(data, SONG_NAME)
        if dumps(song) != data:
            raise StemwrightError(f"{SONG_NAME}: is not in canonical form (damaged or edited)")
    except FileNotFoundError:
        problems.append(f"{SONG_NAME}: is missing")
        return None
    except StemwrightError as error:
        problems.append(str(error))
        return None
    return song


def _head(folder: SongFolder, problems: list[str]) -> Head | None:
    try:
        return History(folder.path).load()
    except StemwrightError as error:
        problems.append(str(error))
        return None


def _runs(folder: SongFolder, head: Head | None, problems: list[str]) -> int:
    """Check the chain of runs; returns the number of the last one."""
    numbers = folder.runs.numbers()
    last = numbers[-1] if numbers else 0
    if head is not None:
        last = max(last, min(head.run, last + 1000))
    shas: dict[int, str] = {}
    for number in range(1, last + 1) if last - len(numbers) <= 1000 else numbers:
        try:
            record = folder.runs.read(number)
        except StemwrightError as error:
            problems.append(str(error))
            continue
        shas[number] = record["sha256"]
        if record.get("parent") != shas.get(number - 1) and (number - 1 in shas or number == 1):
            problems.append(f"runs/{number:06d}.json: field parent does not name the run before it")
    if head is not None and head.run and shas.get(head.run, head.run_sha256) != head.run_sha256:
        problems.append(f"runs/{head.run:06d}.json: is not the run that {HISTORY_NAME} names")
    return last


def _telemetry(folder: SongFolder, head: Head | None) -> list[str]:
    _, problems, shas = folder.telemetry.check()
    if head is not None and head.telemetry_lines:
        if len(shas) < head.telemetry_lines:
            missing = head.telemetry_lines - len(shas)
            problems.append(f"{TELEMETRY_NAME}: {missing} line(s) at the end are missing")
        elif shas[head.telemetry_lines - 1] != head.telemetry_sha256:
            problems.append(
                f"{TELEMETRY_NAME} line {head.telemetry_lines}: is not the line that {HISTORY_NAME} names"
            )
    return problems


def _references(folder: SongFolder, song: "Song", runs: int) -> Iterator[str]:
    """What `song.json` names and the folder does not have."""
    for name, entry in song.layers.items():
        given = entry.score_sha256
        if given and not folder.objects.has(given):
            yield f"{SONG_NAME}: layers.{name}: its given score is missing ({folder.objects.name(given)})"
        takes = {take.take: take for take in entry.takes}
        if entry.take is not None and entry.take not in takes:
            yield f"{SONG_NAME}: layers.{name}.take names take {entry.take}, which is not among its takes"
        if entry.score_sha256 and not folder.objects.has(entry.score_sha256):
            missing = folder.objects.name(entry.score_sha256)
            yield f"{SONG_NAME}: layers.{name}.score_sha256: the score is missing ({missing})"
        for number, take in takes.items():
            where = f"{SONG_NAME}: layers.{name}, take {number}"
            for kind, sha in (("score", take.score_sha256), (take.kind, take.content_sha256)):
                if sha and not folder.objects.has(sha):
                    are = "are" if kind == "tokens" else "is"
                    yield f"{where}: its {kind} {are} missing ({folder.objects.name(sha)})"
            if take.run and not (folder.path / "runs" / f"{take.run:06d}.json").exists():
                yield f"{where}: names run {take.run}, and there are {runs}"


def _objects(folder: SongFolder) -> tuple[int, list[str]]:
    count = 0
    problems = []
    for directory in sorted(folder.objects.path.iterdir()) if _is_directory(folder.objects.path) else []:
        if (atomic.is_temp(directory.name) or is_foreign(directory.name)) and directory.is_file():
            continue
        prefix = directory.name
        if not _is_directory(directory) or not is_sha(prefix + "0" * 62):
            problems.append(f"objects/{prefix}: does not belong here")
            continue
        for file in sorted(directory.iterdir()):
            if atomic.is_temp(file.name) or is_foreign(file.name):
                continue
            sha = prefix + file.name
            name = f"objects/{prefix}/{file.name}"
            if not is_sha(sha):
                problems.append(f"{name}: does not belong here")
                continue
            count += 1
            try:
                if hash_file(file, name) != sha:
                    problems.append(f"{name}: the object is damaged; restore it, or generate the layer again")
            except FileNotFoundError:
                continue
            except StemwrightError as error:
                problems.append(str(error))
    return count, problems


def _cache(folder: SongFolder) -> Iterator[str]:
    yield from Sounds(folder.cache.path / SOUND_NAME).problems()
    for name in _stored(folder.cache.path):
        if name == SOUND_NAME:
            continue
        key = name.removesuffix(".json")
        if not is_sha(key) or key == name:
            yield f"cache/{name}: does not belong here"
            continue
        try:
            folder.cache.read(key)
        except FileNotFoundError:
            continue
        except StemwrightError as error:
            yield str(error)


def _strangers(root: Path) -> Iterator[str]:
    """What stands where the song's own should, in the root and in `runs`; lock files that are not empty."""
    for name in _names(root):
        path = root / name
        if name == LOCK_NAME or WRITER_NAME.fullmatch(name):
            yield from _not_empty(path)
        elif name in DIRECTORIES and not _is_directory(path):
            yield f"{name}: is not a folder"
    for name in _stored(root / "runs"):
        if run_number(name) is None:
            yield f"runs/{name}: does not belong here"


def _guests(folder: SongFolder) -> Iterator[str]:
    """What other programs left in the root and in `renders/`."""
    own = ROOT_FILES | FOREIGN | set(DIRECTORIES) | {LOCK_NAME}
    yield from (name for name in _names(folder.path) if name not in own and not WRITER_NAME.fullmatch(name))
    if _is_directory(folder.renders.path):
        yield from folder.renders.strangers()


def _not_empty(path: Path) -> Iterator[str]:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(status.st_mode) or status.st_size:
        yield f"{path.name}: should be an empty file; delete it while no stemwright is running"


def _names(directory: Path) -> list[str]:
    """Sorted names in `directory`, less temporary files; [] where it is no folder of the song."""
    if not _is_directory(directory):
        return []
    return sorted(
        name
        for name in os.listdir(directory)
        if not (atomic.is_temp(name) and not os.path.isdir(directory / name))
    )


def _stored(directory: Path) -> list[str]:
    """`_names`, less what file managers leave."""
    return [name for name in _names(directory) if not is_foreign(name)]


def _is_directory(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
