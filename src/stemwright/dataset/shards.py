"""The training data on disk: audio shards, their clip lists and, later, their tokens.

``DATA/<layer>/<split>-<nnnn>.i16`` holds int16 little-endian mono 24 kHz clips one after the other; the
``.jsonl`` beside it has one line a clip, the SHA-256 of its audio among what it says. The clip list is
written last and atomically, so a shard exists exactly if its ``.jsonl`` exists; half-written shards are
invisible and are made again. Tokens come as ``.u16`` beside it, the same sound at 48 kHz in stereo as
``.wide`` (left and right in turn), with its SHA-256 in ``.wide.sha256``, which is written last. The manifest
holds the SHA-256 of every clip list, and so, through it, of everything.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import UsageError
from stemwright.song.score import Score
from stemwright.song.state import GlobalState
from stemwright.song.timebase import HOP
from stemwright.store.atomic import write_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SPLITS = ("train", "valid", "unseen")
"""``valid``: other songs than ``train``. ``unseen``: the songs of ``valid`` on held-out timbres."""
_FIELDS = {
    "samples": int,
    "frames": int,
    "state": dict,
    "score": str,
    "timbre": str,
    "source": str,
    "song": str,
}
TOKENS_SUFFIX = ".u16"
WIDE_SUFFIX = ".wide"
_WIDE_MARK = ".wide.sha256"
PLAYED_SUFFIX = ".played"
_PLAYED_MARK = ".played.codec"
_NAME = re.compile(rf"({'|'.join(SPLITS)})-(\d{{4}})\.jsonl")


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: ``shard`` is the path without suffix, ``offset`` and ``samples`` count in its ``.i16``."""

    layer: str
    split: str
    shard: Path
    index: int
    offset: int
    samples: int
    frames: int
    meta: dict[str, Any]

    @property
    def timbre(self) -> str:
        """Name of the timbre, one of those of the layer in the manifest."""
        return str(self.meta["timbre"])

    def audio(self) -> NDArray[np.int16]:
        """int16 [samples], a read-only view into the shard's file."""
        path = self.shard.with_suffix(".i16")
        return np.memmap(path, dtype="<i2", mode="r", offset=self.offset * 2, shape=(self.samples,))

    def wide(self) -> NDArray[np.int16]:
        """int16 [2 * samples, 2] at 48 kHz, a read-only view into the file of its twin; raises
        :class:`UsageError` where there is none.
        """
        path = self.shard.with_suffix(WIDE_SUFFIX)
        if not wide_done(self.shard):
            raise UsageError(f"{path}: is not there; run `stemwright train widen` first")
        shape = (2 * self.samples, 2)
        return np.memmap(path, dtype="<i2", mode="r", offset=self.offset * 8, shape=shape)

    def tokens(self) -> NDArray[np.uint16]:
        """uint16 [K, frames]; raises :class:`UsageError` before the data was tokenized."""
        return self._codes(TOKENS_SUFFIX)

    def _codes(self, suffix: str) -> NDArray[np.uint16]:
        books = codebooks_of(self.shard, suffix)
        start = self.offset // HOP * books
        path, shape = self.shard.with_suffix(suffix), (books, self.frames)
        return np.memmap(path, dtype="<u2", mode="r", offset=start * 2, shape=shape)

    def played(self) -> NDArray[np.uint16]:
        """uint16 [K, frames], what a performer made of the score; raises :class:`UsageError` where none has
        played it.
        """
        return self._codes(PLAYED_SUFFIX)

    def state(self) -> GlobalState:
        """The global state of this window of its song."""
        return GlobalState.from_json(self.meta["state"])

    @property
    def scored(self) -> bool:
        """Whether its notes are known; else its score is empty and says nothing."""
        variety = self.meta.get("variety")
        return not (isinstance(variety, dict) and variety.get("score") == "none")

    def score(self) -> Score:
        """The notes that are heard, in ticks from the clip's start."""
        return Score.from_bytes(bytes.fromhex(self.meta["score"]))


def codebooks_of(shard: Path, suffix: str = TOKENS_SUFFIX) -> int:
    """How many codebooks the tokens of a shard (a path without suffix) have: as many codes as it holds for
    each frame. Raises :class:`UsageError` before it was tokenized.
    """
    tokens, audio = shard.with_suffix(suffix), shard.with_suffix(".i16")
    if not tokens.is_file():
        command = "tokenize" if suffix == TOKENS_SUFFIX else "rehearse"
        raise UsageError(f"{tokens}: no tokens yet; run `stemwright train {command}` first")
    return tokens.stat().st_size * HOP // max(1, audio.stat().st_size)


@dataclass(frozen=True, slots=True)
class NewClip:
    """What a shard is made of: int16 audio [frames * HOP] and what was played; ``variety``: how."""

    audio: NDArray[np.int16]
    state: GlobalState
    score: Score
    timbre: str
    source: str
    song: str
    variety: dict[str, Any] = field(default_factory=dict)

    def line(self) -> dict[str, Any]:
        """The clip's entry in the ``.jsonl``."""
        return {
            "samples": int(self.audio.size),
            "frames": int(self.audio.size) // HOP,
            "state": self.state.to_json(),
            "score": self.score.canonical_bytes().hex(),
            "timbre": self.timbre,
            "source": self.source,
            "song": self.song,
            "variety": self.variety,
            "sha256": hashlib.sha256(self.audio.tobytes()).hexdigest(),
        }


def shard_path(data: Path, layer: str, split: str, number: int) -> Path:
    """Path of a shard without suffix."""
    return data / layer / f"{split}-{number:04d}"


def shard_done(data: Path, layer: str, split: str, number: int) -> bool:
    """Whether a shard was written completely."""
    return shard_path(data, layer, split, number).with_suffix(".jsonl").is_file()


def write_shard(data: Path, layer: str, split: str, number: int, clips: Sequence[NewClip]) -> Path:
    """Write a shard atomically; an existing one is never changed (:class:`UsageError`)."""
    if split not in SPLITS:
        raise UsageError(f"split {split!r} is unknown; use one of: {', '.join(SPLITS)}")
    base = shard_path(data, layer, split, number)
    if base.with_suffix(".jsonl").exists():
        raise UsageError(f"{base}.jsonl: exists already; shards are only ever added")
    for clip in clips:
        if clip.audio.dtype != np.dtype("<i2") or clip.audio.size % HOP:
            raise UsageError(f"{base}: clip {clip.song!r} is not int16 of whole frames of {HOP} samples")
    base.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(base.with_suffix(".i16"), b"".join(clip.audio.tobytes() for clip in clips))
    lines = [json.dumps(clip.line(), sort_keys=True, ensure_ascii=False) for clip in clips]
    write_bytes(base.with_suffix(".jsonl"), "".join(line + "\n" for line in lines).encode())
    return base


def read_shard(lines: Path, layer: str, split: str) -> list[Clip]:
    """The clips of one ``.jsonl``; raises :class:`UsageError` naming file, line and field."""
    out: list[Clip] = []
    offset = 0
    for number, text in enumerate(lines.read_text(encoding="utf-8").splitlines(), 1):
        try:
            meta = cast("dict[str, Any]", json.loads(text))
        except json.JSONDecodeError as error:
            raise UsageError(
                f"{lines}: line {number} is not JSON ({error}); delete the shard and build again"
            ) from error
        for name, kind in _FIELDS.items():
            if not isinstance(meta, dict) or not isinstance(meta.get(name), kind):
                raise UsageError(f"{lines}: line {number} has no {name!r}; delete the shard and build again")
        if meta["samples"] != meta["frames"] * HOP or meta["frames"] < 1:
            raise UsageError(f"{lines}: line {number}: samples is not frames x {HOP}")
        base = lines.with_suffix("")
        out.append(Clip(layer, split, base, number - 1, offset, meta["samples"], meta["frames"], meta))
        offset += meta["samples"]
    size = lines.with_suffix(".i16").stat().st_size
    if size != offset * 2:
        raise UsageError(f"{lines.with_suffix('.i16')}: {size} bytes, but its clip list says {offset * 2}")
    return out


def clips(data_dir: Path, layer: str, split: str) -> list[Clip]:
    """All clips of a layer and split in shard order; empty where there are none."""
    out: list[Clip] = []
    for path in sorted((Path(data_dir) / layer).glob(f"{split}-*.jsonl")):
        if _NAME.fullmatch(path.name):
            out.extend(read_shard(path, layer, split))
    return out


def seconds(found: Sequence[Clip]) -> float:
    """Length of all clips together."""
    return sum(c.samples for c in found) / 24000.0


def shard_hashes(data: Path, layer: str) -> dict[str, str]:
    """SHA-256 of the clip list of every shard of a layer, by the shard's name."""
    found = sorted(path for path in (data / layer).glob("*.jsonl") if _NAME.fullmatch(path.name))
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def damage(data: Path, layer: str, hashes: Mapping[str, str]) -> list[str]:
    """What is not as it was written: one line for each shard of a layer that is missing, changed or cut."""
    out: list[str] = []
    for name, expected in hashes.items():
        lines = data / layer / f"{name}.jsonl"
        try:
            if hashlib.sha256(lines.read_bytes()).hexdigest() != expected:
                raise UsageError(f"{lines}: changed")
            for clip in read_shard(lines, layer, name.split("-")[0]):
                if hashlib.sha256(clip.audio().tobytes()).hexdigest() != clip.meta["sha256"]:
                    raise UsageError(f"{lines.with_suffix('.i16')}: clip {clip.index} changed")
        except OSError as error:
            out.append(f"{lines}: {error.strerror or error}")
        except UsageError as error:
            out.append(str(error))
    return out


def wide_done(shard: Path) -> bool:
    """Whether the wide twin of a shard was written completely."""
    return shard.with_suffix(_WIDE_MARK).is_file()


def write_wide(shard: Path, sounds: Sequence[NDArray[np.int16]]) -> None:
    """Write the wide twin of a shard: int16 [2 * samples, 2] of every clip, in order."""
    data = b"".join(np.ascontiguousarray(sound, dtype="<i2").tobytes() for sound in sounds)
    size = shard.with_suffix(".i16").stat().st_size
    if len(data) != 4 * size:
        raise UsageError(f"{shard}: its wide twin has {len(data)} bytes, not {4 * size}; build it again")
    write_bytes(shard.with_suffix(WIDE_SUFFIX), data)
    write_bytes(shard.with_suffix(_WIDE_MARK), f"{hashlib.sha256(data).hexdigest()}\n".encode("ascii"))


def played_done(shard: Path, codec_sha256: str) -> bool:
    """Whether performers of this codec's tokens have played a shard (a path without suffix)."""
    mark = shard.with_suffix(_PLAYED_MARK)
    return mark.is_file() and mark.read_text(encoding="ascii", errors="replace").strip() == codec_sha256


def write_played(shard: Path, codes: Sequence[NDArray[np.uint16]], codec_sha256: str) -> None:
    """Write what was played of a shard: codes uint16 [K, frames] of every clip, in order."""
    mark = shard.with_suffix(_PLAYED_MARK)
    mark.unlink(missing_ok=True)
    data = b"".join(np.ascontiguousarray(clip, dtype="<u2").tobytes() for clip in codes)
    write_bytes(shard.with_suffix(PLAYED_SUFFIX), data)
    write_bytes(mark, f"{codec_sha256}\n".encode("ascii"))


def wide_hashes(data: Path, layer: str) -> dict[str, str]:
    """SHA-256 of the wide twins of a layer that are there, by the shard's name."""
    found = sorted((data / layer).glob(f"*{_WIDE_MARK}"))
    return {path.name.removesuffix(_WIDE_MARK): path.read_text(encoding="ascii").strip() for path in found}


def wide_damage(data: Path, layer: str, hashes: Mapping[str, str]) -> list[str]:
    """One line for each wide twin that is missing or not as it was written."""
    out: list[str] = []
    for name, expected in hashes.items():
        path = data / layer / f"{name}{WIDE_SUFFIX}"
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != expected:
                out.append(f"{path}: changed")
        except OSError as error:
            out.append(f"{path}: {error.strerror or error}")
    return out
