"""Runs: the immutable record of every act that changed the song (`runs/000001.json`, ...).

Each record holds its own SHA-256 (`sha256`) and that of the run before it (`parent`, null for the first).
"""

import contextlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from stemwright.errors import StemwrightError
from stemwright.song.sealed import seal
from stemwright.store import atomic
from stemwright.store.guard import Guard
from stemwright.store.history import History
from stemwright.store.records import read_limited, unseal, unseal_many

SCHEMA = 1
RUN_NAME = re.compile(r"([0-9]{6,9})\.json")
Records = list[dict[str, Any]]
Numbers = list[int]
RESERVED = ("schema", "run", "parent", "sha256")


def run_number(name: str) -> int | None:
    """The number in a run's file name, or None where `name` is no run's."""
    match = RUN_NAME.fullmatch(name)
    number = int(match[1]) if match else 0
    return number if number and f"{number:06d}.json" == name else None


class Runs:
    """The run records of the song folder `root`."""

    def __init__(self, root: Path, guard: Guard = contextlib.nullcontext) -> None:
        self._guard = guard
        self.path = root / "runs"
        self._history = History(root)

    def append(self, record: Mapping[str, Any]) -> int:
        """Record a run; returns its number, from 1.

        `schema`, `run`, `parent` and `sha256` are filled in here.

        Append the run before saving a `song.json` that names it. StemwrightError where the last run is
        damaged.
        """
        taken = [field for field in RESERVED if field in record]
        if taken:
            raise StemwrightError(f"a run's field {taken[0]} is filled in by the store")
        with self._guard():
            last = max(self.numbers(), default=0)
            number = last + 1
            parent = self.read(last)["sha256"] if last else None
            data = seal({**record, "schema": SCHEMA, "run": number, "parent": parent})
            atomic.write_bytes(self.path / f"{number:06d}.json", data)
            sha = unseal(data, f"runs/{number:06d}.json")["sha256"]
            self._history.save(replace(self._history.load_or_begin(), run=number, run_sha256=sha))
        return number

    def read(self, number: int) -> dict[str, Any]:
        """The record of run `number`, checked by itself. StemwrightError where it is missing or damaged."""
        return self._read(number, unseal)

    def glance(self, number: int) -> dict[str, Any]:
        """The record of run `number`, as one of many: see `unseal_many`. Errors as of `read`."""
        return self._read(number, unseal_many)

    def _read(self, number: int, unsealed: Callable[[bytes, str], dict[str, Any]]) -> dict[str, Any]:
        name = f"runs/{number:06d}.json"
        try:
            record = unsealed(read_limited(self.path / f"{number:06d}.json", name), name)
        except FileNotFoundError:
            raise StemwrightError(f"{name}: the run's record is missing") from None
        if record.get("schema") != SCHEMA:
            raise StemwrightError(
                f"{name}: schema {record.get('schema')!r} is not {SCHEMA}; use a newer stemwright"
            )
        if record.get("run") != number:
            raise StemwrightError(f"{name}: field run says {record.get('run')!r}")
        return record

    def numbers(self) -> Numbers:
        """The numbers of the run files that are there, ascending."""
        try:
            found = [run_number(name) for name in os.listdir(self.path)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(number for number in found if number is not None)

    def list(self) -> Records:
        """All records, first to last, with the chain checked. StemwrightError at the first fault."""
        records: Records = []
        parent = None
        for expected, number in enumerate(self.numbers(), start=1):
            if number != expected:
                raise StemwrightError(f"runs/{expected:06d}.json: the run's record is missing")
            record = self.glance(number)
            if record.get("parent") != parent:
                raise StemwrightError(f"runs/{number:06d}.json: field parent does not name the run before it")
            parent = record["sha256"]
            records.append(record)
        return records
