"""A song's active takes as what is to be measured: scores and stems, as `mix` decodes and limits them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.assess.recordings import Audio
from stemwright.errors import UsageError
from stemwright.producer.decoders import Decoders
from stemwright.producer.heard_stems import decode
from stemwright.producer.workspace import reading
from stemwright.song.score import Score
from stemwright.work.progress import Watch

if TYPE_CHECKING:
    from stemwright.song.document import Take
    from stemwright.song.state import GlobalState


@dataclass(frozen=True, slots=True)
class Performed:
    """A layer's active take, by the layer's role: the score that it was to play, its stem [N] or [N, 2]."""

    layer: str
    take: Take
    score: Score
    audio: Audio


def performed(
    path: Path, decoders: Decoders, watch: Watch, sides: bool = False
) -> tuple[GlobalState, list[Performed]]:
    """The song's state and takes, recordings aside, which play no score. UsageError where no layer has one.
    `sides`: as of `mix.decode`.
    """
    folder = reading(path)
    song = folder.load()
    active = {name: entry.active for name, entry in song.layers.items()}
    takes = {name: take for name, take in active.items() if take is not None and not take.recorded}
    if not takes:
        raise UsageError(f"{path}: no layer has a take yet; make them with: stemwright generate DIR")
    stems = decode(folder, takes, decoders, watch, sides=sides)
    scores = {
        name: Score.from_bytes(folder.objects.get(take.score_sha256), f"{name}'s score")
        for name, take in takes.items()
    }
    return song.state, [
        Performed(song.role(name), take, scores[name], stems[name]) for name, take in takes.items()
    ]
