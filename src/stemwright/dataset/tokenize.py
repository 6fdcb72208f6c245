"""Turn the data's audio into tokens of one codec.

Beside each shard come ``.u16`` (codes, uint16 little-endian, per clip [K, frames] row-major) and ``.codec``
(the identity of the codec's tokens). ``.codec`` is written last, so a shard is tokenized exactly if it is
there: the work can be stopped and resumed. Data that holds tokens of another codec is refused, unless they
are to be replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stemwright.dataset.shards import SPLITS, read_shard
from stemwright.errors import UsageError
from stemwright.song.layers import LAYERS
from stemwright.song.timebase import FRAME_RATE
from stemwright.store.atomic import write_bytes
from stemwright.work.cores import cores
from stemwright.work.processes import results

Report = Callable[[str], None]
Shard = tuple[Path, str, str]
"""Its list of clips, its layer and its split."""


class Encoder(Protocol):
    """The part of :class:`stemwright.codec.codec.Codec` that is needed here."""

    @property
    def tokens_sha256(self) -> str:
        """The identity of the codec's tokens."""

    @property
    def codebooks(self) -> int:
        """Codes of a frame, K."""

    def encode(self, audio: NDArray[np.float32]) -> NDArray[np.uint16]:
        """float32 [samples] -> codes uint16 [K, frames]."""


def shard_lists(data: Path, layers: Iterable[str] = LAYERS) -> list[Shard]:
    """(clip list, layer, split) of every shard, validation first, any prefix being a fair mix.

    Sources number their shards from different thousands, so the last three digits put them side by side.
    """
    found = [
        (split != "valid", int(path.stem[-3:]), path.stem, layer, path, split)
        for layer in layers
        for split in SPLITS
        for path in (data / layer).glob(f"{split}-[0-9][0-9][0-9][0-9].jsonl")
    ]
    return [(path, layer, split) for *_, layer, path, split in sorted(found)]


def tokenized(lines: Path, sha256: str, replace: bool = False) -> bool:
    """Whether a shard has its tokens of this codec; :class:`UsageError` where they are another codec's."""
    mark = lines.with_suffix(".codec")
    if not mark.is_file() or not lines.with_suffix(".u16").is_file():
        return False
    found = mark.read_text(encoding="ascii", errors="replace").strip()
    if found == sha256:
        return True
    if replace:
        return False
    raise UsageError(
        f"{mark}: tokens are of codec {found[:12]}, not {sha256[:12]}; use that codec, or replace them"
    )


def encode_shard(lines: Path, layer: str, split: str, codec: Encoder) -> int:
    """Encode one shard and write its tokens; returns the number of frames."""
    parts: list[bytes] = []
    frames = 0
    for clip in read_shard(lines, layer, split):
        codes = codec.encode(clip.audio().astype(np.float32) / np.float32(32767.0))
        if codes.shape != (codec.codebooks, clip.frames):
            raise UsageError(
                f"{lines}: clip {clip.index}: codec gave {codes.shape}, not {(codec.codebooks, clip.frames)}"
            )
        parts.append(np.ascontiguousarray(codes, dtype="<u2").tobytes())
        frames += clip.frames
    lines.with_suffix(".codec").unlink(missing_ok=True)
    write_bytes(lines.with_suffix(".u16"), b"".join(parts))
    write_bytes(lines.with_suffix(".codec"), f"{codec.tokens_sha256}\n".encode("ascii"))
    return frames


def load_encoder(path: Path) -> Encoder:
    """The encoder of a codec's or a tone codec's bundle. UsageError where it is none, or of other frames."""
    from stemwright.codec.codec import Codec
    from stemwright.codec.tone.hearing import ToneEncoder
    from stemwright.models import load_bundle, require_frames

    bundle = load_bundle(path)
    if bundle.manifest.kind == "tone":
        return ToneEncoder(bundle, threads=1)
    codec = Codec.load(path, threads=1)
    require_frames(codec.bundle)
    return codec


class _Worker:
    """What a process keeps between shards."""

    def __init__(self, bundle: Path) -> None:
        self.codec = load_encoder(bundle)

    def run(self, job: Shard) -> tuple[Shard, int]:
        """Encode a shard; returns it and its frames."""
        return job, encode_shard(*job, self.codec)


def tokenize_data(
    data: Path,
    bundle: Path,
    layers: Iterable[str] = LAYERS,
    workers: int | None = None,
    replace: bool = False,
    report: Report | None = None,
) -> int:
    """Tokenize every shard of ``data`` that is not yet; returns the frames encoded now.

    ``bundle`` is a codec's folder; ``workers`` processes of one thread each (default: one a core).
    ``replace`` overwrites tokens of another codec instead of refusing.
    """
    codec = load_encoder(bundle)
    lists = shard_lists(data, layers)
    if not lists:
        raise UsageError(f"{data}: holds no shards; run `stemwright train data` first")
    todo = [job for job in lists if not tokenized(job[0], codec.tokens_sha256, replace)]
    frames, done = 0, len(lists) - len(todo)
    processes = max(1, min(workers or cores(), len(todo)))
    for (path, layer, _), made in results(todo, _Worker, (bundle,), processes, None):
        frames, done = frames + made, done + 1
        if report is not None:
            report(f"{done}/{len(lists)} {layer}/{path.stem}: {made / FRAME_RATE:.0f} s")
    return frames
