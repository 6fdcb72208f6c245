"""The log of a set: a line of JSON for everything that decides what sounds, written as it happens.

    {"setup": {...}, "version": 1}                         the first line
    {"inputs": "sounds/cd34....npy"}                       what the inputs hear, where no device does
    {"sound": 3, "file": "sounds/ab12....npy", "source": "bass, verse"}
    {"voices": 0, "clips": [...], "ratios": [...], "release": 0.1}
    {"post": [[at, op, node, ticket, index, flags, value, value2, divisor], ...]}
    {"held": [[ticket, op, node, index, at], ...]}         commands that held at another sample than asked
    {"late": [[ticket, op, node, index], ...]}             commands that came too late and were dropped
    {"action": {...}}, {"said": "..."}, {"end": sample}    what was done; what went wrong; where it ended
    {"heard": [sample, port, "903c64"]}                    what came in for companions, by MIDI or as voltages
    {"bar": {...}}, {"stood": sample}, {"made": {...}}     what each bar was made of; new stems
    {"skipped": [column, row], "sample": sample}           a new stem that was passed over

Sounds lie beside it, each once, by the SHA-256 of their samples.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stemwright.live.desk.desk import Sound
from stemwright.live.desk.setup import Setup
from stemwright.native.live_commands import COMMAND, Records, What

VERSION = 1
FILE = "session.jsonl"
SOUNDS = "sounds"
Key = tuple[int, int, int, int]
"""Ticket, op, node and index: what tells a command from all others."""
FIELDS = tuple(name for name in COMMAND.names or () if name != "unused")


class SessionLog:
    """Writes ``session.jsonl`` into a folder; each line is on its way to the disk when its call returns, so a
    program that is killed loses none. OSError where the file cannot be made, FileExistsError where it is
    there; a disk that refuses later is told once, and the music goes on.
    """

    def __init__(self, folder: Path, setup: Setup, facts: Mapping[str, Any]) -> None:
        self.folder = folder
        self.problem: str | None = None
        """Why nothing is written any more; None while all is well."""
        self._lock = threading.Lock()
        self._asked: dict[Key, int] = {}
        (folder / SOUNDS).mkdir(exist_ok=True)
        self._stream = (folder / FILE).open("xb", buffering=0)
        self.write({"setup": setup.to_json(), "version": VERSION, **facts})

    def write(self, record: Mapping[str, Any]) -> None:
        """One line."""
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            if self.problem is None:
                try:
                    self._stream.write(line)
                except OSError as error:
                    self.problem = f"{self.folder / FILE}: cannot be written ({error.strerror})"

    def loaded(self, clip: int, file: str, source: str) -> None:
        """See ``desk.Journal``."""
        self.write({"sound": clip, "file": file, "source": source})

    def heard(self, sound: Sound) -> None:
        """What the inputs hear from the first sample on, [frames, inputs], then silence."""
        self.write({"inputs": self.keep(sound)})

    def keep(self, sound: Sound) -> str:
        """The file that a sound is kept in, written where it is not there yet."""
        kept = np.ascontiguousarray(sound, np.float32)
        name = f"{SOUNDS}/{hashlib.sha256(kept.data).hexdigest()}.npy"
        if not (self.folder / name).exists():
            try:
                np.save(self.folder / name, kept, allow_pickle=False)
            except OSError as error:
                self.problem = f"{self.folder / name}: cannot be written ({error.strerror})"
        return name

    def voiced(self, player: int, clips: Sequence[int], ratios: Sequence[float], release: float) -> None:
        """See ``desk.Journal``."""
        self.write({"voices": player, "clips": [*clips], "ratios": [*ratios], "release": release})

    def posted(self, commands: Records) -> None:
        """See ``desk.Journal``."""
        rows = [[command[name].item() for name in FIELDS] for command in commands]
        for command in commands:
            self._asked[key_of(command)] = int(command["at"])
        self.write({"post": rows})

    def reported(self, reports: Records) -> None:
        """See ``desk.Journal``."""
        held, late = [], []
        for report in reports:
            what, key = int(report["what"]), key_of(report)
            if what not in (What.APPLIED, What.LATE) or key not in self._asked:
                continue
            asked, at = self._asked.pop(key), int(report["at"])
            if what == What.LATE:
                late.append(list(key))
            elif at != asked:
                held.append([*key, at])
        for name, rows in (("held", held), ("late", late)):
            if rows:
                self.write({name: rows})

    def close(self, sample: int) -> None:
        """The last line: the first sample that was not rendered."""
        self.write({"end": sample})
        self._stream.close()


def key_of(record: np.void) -> Key:
    """Of a command, and of its report."""
    return int(record["ticket"]), int(record["op"]), int(record["node"]), int(record["index"])
