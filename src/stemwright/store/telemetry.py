"""`system_telemetry.log`: one JSON line a run (RTF, peak memory, stage times, versions, CPU).

Each line carries its number (`line`), the SHA-256 of the line before it (`parent`) and of itself (`sha256`).
The log is replaced as a whole at each append, so a killed process never leaves half a line and every byte can
be checked.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from stemwright.errors import StemwrightError
from stemwright.song.sealed import seal
from stemwright.store import atomic
from stemwright.store.guard import Guard
from stemwright.store.history import History
from stemwright.store.records import read_limited, sha256, unseal

TELEMETRY_NAME = "system_telemetry.log"
TELEMETRY_LIMIT = 256 * 1024 * 1024
Records = list[dict[str, Any]]
Strings = list[str]
RESERVED = ("line", "parent", "sha256")


class Telemetry:
    """The telemetry log of the song folder `root`."""

    def __init__(self, root: Path, guard: Guard = contextlib.nullcontext) -> None:
        self._guard = guard
        self.path = root / TELEMETRY_NAME
        self._history = History(root)

    def append(self, record: Mapping[str, Any]) -> int:
        """Add one line; returns its number, from 1. What is already in the log is kept byte for byte."""
        taken = [field for field in RESERVED if field in record]
        if taken:
            raise StemwrightError(f"a telemetry record's field {taken[0]} is filled in by the store")
        with self._guard():
            before = self._bytes()
            if before and not before.endswith(b"\n"):
                before += b"\n"
            lines = before.split(b"\n")[:-1]
            number = len(lines) + 1
            parent = sha256(lines[-1]) if lines else None
            line = seal({**record, "line": number, "parent": parent}, pretty=False)
            atomic.write_bytes(self.path, before + line)
            end = sha256(line.removesuffix(b"\n"))
            self._history.save(
                replace(self._history.load_or_begin(), telemetry_lines=number, telemetry_sha256=end)
            )
        return number

    def last(self) -> dict[str, Any]:
        """The last line, checked by itself; {} where there is none or it is damaged."""
        _, _, end = self._bytes().removesuffix(b"\n").rpartition(b"\n")
        try:
            return unseal(end + b"\n", TELEMETRY_NAME, pretty=False) if end else {}
        except StemwrightError:
            return {}

    def list(self) -> Records:
        """All lines, checked. StemwrightError at the first fault."""
        records, problems, _ = self.check()
        if problems:
            raise StemwrightError(problems[0])
        return records

    def check(self) -> tuple[Records, Strings, Strings]:
        """The good lines, what is wrong with the others, and the SHA-256 of every line."""
        try:
            data = self._bytes()
        except StemwrightError as error:
            return [], [str(error)], []
        if not data:
            return [], [], []
        problems = [] if data.endswith(b"\n") else [f"{TELEMETRY_NAME}: the last line is cut off"]
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        records: Records = []
        shas: Strings = []
        for number, line in enumerate(lines, start=1):
            try:
                records.append(_read_line(line, number, shas[-1] if shas else None))
            except StemwrightError as error:
                problems.append(str(error))
            shas.append(sha256(line))
        return records, problems, shas

    def _bytes(self) -> bytes:
        try:
            return read_limited(self.path, TELEMETRY_NAME, TELEMETRY_LIMIT)
        except FileNotFoundError:
            return b""


def _read_line(line: bytes, number: int, parent: str | None) -> dict[str, Any]:
    name = f"{TELEMETRY_NAME} line {number}"
    record = unseal(line + b"\n", name, pretty=False)
    if record.get("line") != number:
        raise StemwrightError(f"{name}: field line says {record.get('line')!r}; a line is missing")
    if record.get("parent") != parent:
        raise StemwrightError(f"{name}: field parent does not name the line before it")
    return record
