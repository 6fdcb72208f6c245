"""Notes, tokens and sound of a layer, as arrays. Only reads the song."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError
from stemwright.producer.decoders import decoders_for
from stemwright.producer.heard_stems import decode
from stemwright.producer.workspace import reading
from stemwright.song.document import LayerEntry, Take
from stemwright.song.score import Score


def score(path: Path, layer: str, take: int | None) -> Score:
    """The notes that a layer plays, or those of one of its takes."""
    folder = reading(path)
    entry = folder.load().layer(layer)
    sha = entry.score_in_use if take is None else _take(entry, layer, take).score_sha256
    if sha is None and entry.active is not None:
        raise UsageError(f"layer {layer!r}: holds a recording, which has no notes", field="layer")
    if sha is None:
        raise UsageError(f"layer {layer!r} has no score yet; generate it first", field="layer")
    return folder.score(sha, layer)


def tokens(path: Path, layer: str, take: int | None) -> npt.NDArray[np.uint16]:
    """The tokens of a take, uint16 [codebooks, frames]."""
    from stemwright.codec.tokens import from_canonical

    folder = reading(path)
    chosen = _take(folder.load().layer(layer), layer, take)
    if chosen.player is not None:
        raise UsageError(
            f"layer {layer!r}, take {chosen.take}: it is kept as sound, so it has no tokens", field="layer"
        )
    return from_canonical(folder.objects.get(chosen.content_sha256))


def audio(path: Path, layer: str, take: int | None, quality: str | None) -> npt.NDArray[np.float32]:
    """The stem of a take, float32 [samples] or [samples, 2]."""
    folder = reading(path)
    chosen = _take(folder.load().layer(layer), layer, take)
    return decode(folder, {layer: chosen}, decoders_for(path, quality))[layer]


def sample_rate(path: Path, quality: str | None) -> int:
    """Hz."""
    return decoders_for(path, quality).sample_rate


def _take(entry: LayerEntry, layer: str, number: int | None) -> Take:
    """A take of a layer, the active one where no number is given. UsageError where there is none."""
    if number is None:
        if entry.active is None:
            raise UsageError(f"layer {layer!r} has no active take; generate it first", field="layer")
        return entry.active
    for take in entry.takes:
        if take.take == number:
            return take
    have = ", ".join(str(take.take) for take in entry.takes) or "none yet"
    raise UsageError(f"layer {layer!r} has no take {number} (there is: {have})", field="layer")
