"""Writing a finished run into the song, in an order that survives a kill between any two steps.

1. The song's next document goes into the store as an object.
2. The run's record is appended; it names the document before and after it. From here on the run has happened.
3. `song.json` becomes that document.
4. The telemetry log gets its line.

A kill after 2 or 3 leaves a song that verifies; `recover`, run by the next writer, does the rest.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stemwright.producer import details
from stemwright.song import document
from stemwright.work import machine
from stemwright.work.cores import threads

if TYPE_CHECKING:
    from stemwright.producer.clock import Clock
    from stemwright.producer.details import Details
    from stemwright.song.document import Song
    from stemwright.store.folder import SongFolder


@dataclass(slots=True)
class Act:
    """What a run did, as its record tells it."""

    command: str
    layers: list[str]
    seed: int | None = None
    audio_seconds: float = 0.0
    made: list[str] = field(default_factory=list)
    details: Details = field(default_factory=dict)


def next_run(folder: SongFolder) -> int:
    """The number that the next run will have."""
    return max(folder.runs.numbers(), default=0) + 1


def commit(folder: SongFolder, song: Song, act: Act, clock: Clock) -> dict[str, Any]:
    """Record `act`, which turned the song into `song`; returns the record. Only under the song's lock."""
    data = document.dumps(song)
    after = folder.objects.put("song", data)
    record = _record(act, clock)
    record["song"] = {"before": _current(folder), "after": after}
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
    logged = max((line.get("run", 0) for line in folder.telemetry.check()[0]), default=0)
    for number in numbers:
        if number > logged:
            folder.telemetry.append(_telemetry(number, folder.runs.read(number)))


def _current(folder: SongFolder) -> str:
    """SHA-256 of `song.json` as it is now."""
    return hashlib.sha256((folder.path / "song.json").read_bytes()).hexdigest()


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
