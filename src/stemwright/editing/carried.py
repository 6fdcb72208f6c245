"""Takes whose bars stand elsewhere now: their notes, tokens or sound cut at bar lines and joined anew."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from stemwright.codec import tokens as container
from stemwright.song.rebarred import Source, frame_sources, rebarred_score
from stemwright.song.score import Score
from stemwright.song.timebase import HOP, SAMPLE_RATE

if TYPE_CHECKING:
    import numpy.typing as npt

    from stemwright.song.document import Take
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

Objects = tuple[tuple[str, bytes], ...]
"""Kind and bytes of what is to be kept in the store."""
FADE_SECONDS = 0.005
"""Of sound that is cut: what ends and what begins there overlap for so long."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A take in the bars of another song. `objects`: what it names and the store may lack, by kind."""

    take: Take
    objects: Objects


def carried(
    folder: SongFolder, layer: str, take: Take, old: GlobalState, new: GlobalState, sources: Sequence[Source]
) -> Carried:
    """A take of a song in state `old` in the bars of `new`; what new bars have of it is silent."""
    score = rebarred_score(folder.score(take.score_sha256, layer), old, new, sources)
    return with_score(folder, take, score, frame_sources(old, new, sources))


def with_score(folder: SongFolder, take: Take, score: Score, frames: Sequence[Source]) -> Carried:
    """A take of these notes, of whose frames each is one of the old take's, or None: none yet."""
    from stemwright.store.records import sha256

    data = folder.objects.get(take.content_sha256)
    if list(frames) != list(range(take.frames)):
        data = _tokens(data, frames) if take.player is None else _sound(data, frames)
    notes, content = score.canonical_bytes(), sha256(data)
    made = replace(
        take,
        score_sha256=score.sha256,
        frames=len(frames),
        tokens_sha256=content if take.player is None else None,
        audio_sha256=None if take.player is None else content,
    )
    return Carried(made, (("score", notes), (take.kind, data)))


def _tokens(data: bytes, frames: Sequence[Source]) -> bytes:
    """Where there is nothing yet, the frame before stands for what will be performed."""
    held, last = [], 0
    for frame in frames:
        last = last if frame is None else frame
        held.append(last)
    return container.rearranged(data, np.array(held, np.int64))


def _sound(data: bytes, frames: Sequence[Source]) -> bytes:
    """A FLAC file's samples, frame by frame, in the samples' own format; where pieces meet that did not
    follow one another they fade into each other.
    """
    import soundfile

    with soundfile.SoundFile(io.BytesIO(data)) as file:
        rate, subtype = file.samplerate, file.subtype
        old = file.read(dtype="int32", always_2d=True)
    per_frame = HOP * rate // SAMPLE_RATE
    new = np.zeros((len(frames) * per_frame, old.shape[1]), np.int32)
    fade = round(FADE_SECONDS * rate)
    for at, source, count in _stretches(frames):
        _join(new, at * per_frame, old, source * per_frame, count * per_frame, fade)
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", rate, new.shape[1], subtype, format="FLAC") as file:
        file.write(new)
    return buffer.getvalue()


def _stretches(frames: Sequence[Source]) -> list[tuple[int, int, int]]:
    """(new frame, old frame, count) of frames that follow one another in both."""
    found: list[tuple[int, int, int]] = []
    for at, source in enumerate(frames):
        if source is None:
            continue
        if found and found[-1][0] + found[-1][2] == at and found[-1][1] + found[-1][2] == source:
            found[-1] = (found[-1][0], found[-1][1], found[-1][2] + 1)
        else:
            found.append((at, source, 1))
    return found


def _join(
    new: npt.NDArray[np.int32], at: int, old: npt.NDArray[np.int32], source: int, count: int, fade: int
) -> None:
    """Lay samples into place, faded in at their beginning over what rings out there, and ringing out for as
    long themselves, unless that is the song's edge.
    """
    new[at : at + count] += old[source : source + count]
    if at and source:
        rise = np.linspace(0.0, 1.0, min(fade, count))[:, None]
        part = slice(at, at + len(rise))
        before = new[part] - old[source : source + len(rise)]
        new[part] = np.rint(old[source : source + len(rise)] * rise + before).astype(np.int32)
    tail = old[source + count : source + count + fade][: len(new) - at - count]
    fall = np.linspace(1.0, 0.0, len(tail))[:, None]
    new[at + count : at + count + len(tail)] += np.rint(tail * fall).astype(np.int32)
