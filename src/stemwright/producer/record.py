"""Writing a finished run into the song, in an order that survives a kill between any two steps.

1. The song's next document goes into the store as an object.
2. The run's record is appended; it names the document before and after it. From here on the run has happened.
3. `song.json` becomes that document.
4. The telemetry log gets its line.

A kill after 2 or 3 leaves a song that verifies; `recover`, run by the next writer, does the rest.
"""

from __future__ import annotations

import datetime
import getpass
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError, argument
from stemwright.producer import details
from stemwright.song import document
from stemwright.store.positions import Position, position
from stemwright.work import machine
from stemwright.work.cores import threads

if TYPE_CHECKING:
    from stemwright.producer.clock import Clock
    from stemwright.producer.details import Details
    from stemwright.song.document import Song
    from stemwright.store.folder import SongFolder


MAX_MESSAGE = 500
AUTHOR = "STEMWRIGHT_AUTHOR"
"""The variable that says who works on songs; else it is the name that the user is logged in by."""
_message: ContextVar[str] = ContextVar("message", default="")


@contextmanager
def saying(message: str | None) -> Iterator[None]:
    """Runs that are recorded inside tell why, in these words. UsageError for more than a short text."""
    text = "" if message is None else " ".join(message.split())
    if len(text) > MAX_MESSAGE:
        raise UsageError(f"{argument('message')}: has {len(text)} letters; give at most {MAX_MESSAGE}")
    token = _message.set(text)
    try:
        yield
    finally:
        _message.reset(token)


@dataclass(slots=True)
class Act:
    """What a run did, as its record tells it. `what`: the change in a few words. `at`: where the song stands
    after it, where that is not the run itself or, if it changes nothing, where it stood before. `joined`: the
    position that was merged in.
    """

    command: str
    layers: list[str]
    seed: int | None = None
    audio_seconds: float = 0.0
    made: list[str] = field(default_factory=list)
    details: Details = field(default_factory=dict)
    what: str = ""
    at: Position | None = None
    joined: int | None = None


def next_run(folder: SongFolder) -> int:
    """The number that the next run will have."""
    return max(folder.runs.numbers(), default=0) + 1


def commit(folder: SongFolder, song: Song, act: Act, clock: Clock) -> dict[str, Any]:
    """Record `act`, which turned the song into `song`; returns the record. Only under the song's lock."""
    data = document.dumps(song)
    after = folder.objects.put("song", data)
    record = _record(act, clock)
    if song.prompt:
        record["prompt"] = song.prompt
    record["song"] = {"before": _stored(folder), "after": after}
    record |= _place(folder, act, record["song"]["before"] != after)
    number = folder.runs.append(record)
    if record["song"]["before"] != after:
        folder.save(song)
    folder.telemetry.append(_telemetry(number, record))
    return {"run": number, **record}


def recover(folder: SongFolder) -> None:
    """Finish what a killed process had begun to record. Only under the song's lock."""
    numbers = folder.runs.numbers()
    if not numbers:
        return
    last = folder.runs.read(numbers[-1])
    step = last.get("song")
    if isinstance(step, Mapping) and step["after"] != step["before"] == _current(folder):
        folder.save(document.loads(folder.objects.get(step["after"]), "song.json"))
    if folder.telemetry.last().get("run") == numbers[-1]:
        return
    logged = max((line.get("run", 0) for line in folder.telemetry.check()[0]), default=0)
    for number in numbers:
        if number > logged:
            folder.telemetry.append(_telemetry(number, folder.runs.read(number)))


def _current(folder: SongFolder) -> str:
    """SHA-256 of `song.json` as it is now."""
    return hashlib.sha256((folder.path / "song.json").read_bytes()).hexdigest()


def _stored(folder: SongFolder) -> str:
    """The same, once it is an object, so that the song can go back to it."""
    current = _current(folder)
    if not folder.objects.has(current):
        folder.objects.put("song", (folder.path / "song.json").read_bytes())
    return current


def _place(folder: SongFolder, act: Act, changes: bool) -> dict[str, Any]:
    """Where in the history the run stands, as its record tells it, and who made it why."""
    here = position(folder.runs)
    at = act.at or Position(next_run(folder) if changes else here.run, here.branch)
    joined = [] if act.joined is None else [act.joined]
    told = {"what": act.what, "message": _message.get(), "author": _author()}
    said = {name: text for name, text in told.items() if text}
    return {"branch": at.branch, "at": at.run, "parents": [here.run, *joined], **said}


def _author() -> str:
    """Who works on the song; "" where the machine does not say."""
    try:
        name = os.environ.get(AUTHOR) or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
    return "".join(letter for letter in name if letter.isprintable())[:100]


def _record(act: Act, clock: Clock) -> dict[str, Any]:
    from stemwright.native.options import choose_isa

    seconds = clock.seconds()
    return {
        "command": act.command,
        "layers": act.layers,
        "seed": act.seed,
        "made": act.made,
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "seconds": seconds,
        "audio_seconds": round(act.audio_seconds, 4),
        "rtf": round(seconds / act.audio_seconds, 4) if act.audio_seconds else None,
        "peak_memory_mb": machine.peak_memory_mb(),
        "stages": dict(clock.stages),
        "isa": choose_isa(),
        "threads": threads(),
        "processor": machine.processor(),
        "versions": machine.versions(),
        "details": details.to_json(act.details),
    }


_TELEMETRY = (
    "command", "layers", "time", "seconds", "audio_seconds", "rtf", "peak_memory_mb", "stages", "isa",
    "threads", "processor", "versions",
)  # fmt: skip


def _telemetry(number: int, record: Mapping[str, Any]) -> dict[str, Any]:
    """The telemetry line of a run: a projection of its record, so that a lost line can be written again."""
    return {"run": number, **{name: record.get(name) for name in _TELEMETRY}}
