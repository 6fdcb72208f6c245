"""SoundFont files (SF2, and SF3, whose samples are Ogg Vorbis): their tables, checked before they are used.

A file is not to be trusted: every length and every index is checked against what is there. Samples are read
from the file when they are needed. Reference: SoundFont technical specification 2.04.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import UsageError
from stemwright.instruments.modulators import Identity
from stemwright.instruments.sampler import Audio
from stemwright.instruments.zones import finite

MAX_FONT_BYTES = 4_000_000_000
MAX_TABLE_BYTES = 64_000_000
MAX_VORBIS_BYTES = 100_000_000
MAX_SAMPLES = 120 * 48_000
"""Of one recording: two minutes at 48 kHz."""
VORBIS, ROM = 0x10, 0x8000
_MODULATORS = [
    ("source", "<u2"), ("target", "<u2"), ("amount", "<i2"), ("second", "<u2"), ("transform", "<u2"),
]  # fmt: skip
_TABLES: dict[str, Any] = {
    "phdr": [("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("rest", "<u4", 3)],
    "pbag": [("gen", "<u2"), ("mod", "<u2")],
    "pgen": [("oper", "<u2"), ("amount", "<i2")],
    "inst": [("name", "S20"), ("bag", "<u2")],
    "ibag": [("gen", "<u2"), ("mod", "<u2")],
    "igen": [("oper", "<u2"), ("amount", "<i2")],
    "pmod": _MODULATORS,
    "imod": _MODULATORS,
    "shdr": [
        ("name", "S20"), ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"),
        ("rate", "<u4"), ("pitch", "u1"), ("correction", "i1"), ("link", "<u2"), ("type", "<u2"),
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preset:
    """One sound of a soundfont: its bank (128: drums), program and name, and where its zones are."""

    bank: int
    program: int
    name: str
    bags: range

    def __str__(self) -> str:
        return f"{self.bank}:{self.program} {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class FontSample:
    """A recording in a soundfont; `start` and `end` in samples, or in bytes where it is Vorbis."""

    font: Path
    place: int
    start: int
    end: int
    rate: int
    vorbis: bool

    @property
    def key(self) -> tuple[Path, int, int]:
        """Where it is."""
        return self.font, self.start, self.end

    def load(self) -> tuple[Audio, int]:
        """float32 [samples, 1 or 2] and its rate."""
        if not self.vorbis:
            count = min(self.end - self.start, MAX_SAMPLES)
            data = np.fromfile(self.font, "<i2", count, offset=self.place + 2 * self.start)
            return (data.astype(np.float32) / np.float32(32768.0))[:, None], self.rate
        import soundfile

        with self.font.open("rb") as file:
            file.seek(self.place + self.start)
            packed = file.read(min(self.end - self.start, MAX_VORBIS_BYTES))
        try:
            with soundfile.SoundFile(io.BytesIO(packed)) as sound:
                audio = sound.read(MAX_SAMPLES, dtype="float32", always_2d=True)
        except (OSError, RuntimeError) as error:
            raise UsageError(f"{self.font}: cannot read one of its samples ({error})") from error
        return finite(audio[:, :2]), self.rate


class Font:
    """The tables of a soundfont. UsageError naming the file for what is not one or is damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._place, self._bytes, tables = _read(path)
        self.tables = tables
        self.presets = sorted(self._presets(), key=lambda preset: (preset.bank, preset.program))
        if not self.presets:
            raise UsageError(f"{path}: has no presets")

    def bags(self, kind: str, bags: range) -> Iterator[tuple[dict[int, int], dict[Identity, int]]]:
        """Of each zone of a preset ("p") or an instrument ("i"): its generators, operator -> amount, and its
        modulators, identity -> amount.
        """
        for bag in bags:
            part = self._rows(kind, "gen", bag)
            gens = dict(zip(part["oper"].tolist(), part["amount"].tolist(), strict=True))
            mods = self._rows(kind, "mod", bag)
            names = (mods[field].tolist() for field in ("source", "target", "second", "transform"))
            yield gens, dict(zip(zip(*names, strict=True), mods["amount"].tolist(), strict=True))

    def _rows(self, kind: str, what: str, bag: int) -> NDArray[Any]:
        """The generators or modulators of one zone."""
        starts, rows = self.tables[f"{kind}bag"][what], self.tables[f"{kind}{what}"]
        if bag + 1 >= len(starts):
            raise self.damaged()
        first, last = int(starts[bag]), int(starts[bag + 1])
        if not first <= last <= len(rows):
            raise self.damaged()
        return rows[first:last]

    def instrument(self, index: int) -> range:
        """The zones of an instrument."""
        table = self.tables["inst"]
        if not 0 <= index < len(table) - 1:
            raise self.damaged()
        return range(int(table["bag"][index]), int(table["bag"][index + 1]))

    def header(self, index: int) -> Any:
        """The row of the table of samples."""
        if not 0 <= index < len(self.tables["shdr"]) - 1:
            raise self.damaged()
        return self.tables["shdr"][index]

    def sample(self, row: Any) -> FontSample | None:
        """A recording; None where it lies in a sound card's memory or is empty."""
        start, end, rate, kind = (int(row[name]) for name in ("start", "end", "rate", "type"))
        vorbis = bool(kind & VORBIS)
        if kind & ROM or end <= start:
            return None
        if end * (1 if vorbis else 2) > self._bytes or not 400 <= rate <= 400_000:
            raise self.damaged()
        return FontSample(self.path, self._place, start, end, rate, vorbis)

    def damaged(self) -> UsageError:
        """The error for tables that do not fit each other."""
        return UsageError(f"{self.path}: is damaged (its tables do not fit each other)")

    def _presets(self) -> Iterator[Preset]:
        rows = self.tables["phdr"]
        for row, after in pairwise(rows):
            bags = range(int(row["bag"]), int(after["bag"]))
            yield Preset(int(row["bank"]), int(row["program"]), plain(row["name"]), bags)


def plain(name: bytes) -> str:
    """A name of the file as printable text."""
    text = name.split(b"\0", 1)[0].decode("latin-1")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _read(path: Path) -> tuple[int, int, dict[str, NDArray[Any]]]:
    """Where the samples begin in the file, their bytes, and the tables by name."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if size > MAX_FONT_BYTES:
                raise UsageError(f"{path}: larger than {MAX_FONT_BYTES} bytes, not read")
            head = file.read(12)
            if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"sfbk":
                raise UsageError(f"{path}: is no soundfont (SF2 or SF3)")
            return _chunks(path, file, size)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error


def _chunks(path: Path, file: BinaryIO, size: int) -> tuple[int, int, dict[str, NDArray[Any]]]:
    place, count = 0, 0
    tables: dict[str, NDArray[Any]] = {}
    for name, kind, at, length in _walk(path, file, 12, size):
        if name != b"LIST":
            continue
        for inner, _, start, extent in _walk(path, file, at + 4, at + length):
            if kind == b"sdta" and inner == b"smpl":
                place, count = start, extent
            elif kind == b"pdta":
                table = inner.decode("latin-1")
                if table in _TABLES:
                    tables[table] = _table(path, file, table, start, extent)
    if not place or len(tables) < len(_TABLES):
        raise UsageError(f"{path}: is damaged (parts of the soundfont are missing)")
    return place, count, tables


def _walk(path: Path, file: BinaryIO, at: int, end: int) -> Iterator[tuple[bytes, bytes, int, int]]:
    """Chunks between two places: name, the four bytes after its length, where its content is, its length.

    Chunks of odd length are followed by a zero byte; some writers of SF3 files forget it.
    """
    while at + 8 <= end:
        file.seek(at, os.SEEK_SET)
        head = file.read(12)
        if at % 2 and head[:1] == b"\0":
            at, head = at + 1, head[1:] + file.read(1)
        length = int.from_bytes(head[4:8], "little")
        if len(head) < 8 or at + 8 + length > end:
            raise UsageError(f"{path}: is damaged or cut short")
        yield head[:4], head[8:12], at + 8, length
        at += 8 + length


def _table(path: Path, file: BinaryIO, name: str, at: int, length: int) -> NDArray[Any]:
    dtype = np.dtype(_TABLES[name])
    if length > MAX_TABLE_BYTES or length % dtype.itemsize or not length:
        raise UsageError(f"{path}: is damaged (its table {name})")
    file.seek(at)
    return np.frombuffer(file.read(length), dtype)
