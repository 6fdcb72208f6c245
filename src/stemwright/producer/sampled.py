"""A layer's sound from the sampler, as an object: FLAC, 48 kHz, 16 bits, one channel where both are alike."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, UsageError
from stemwright.song.layers import is_drums
from stemwright.song.timebase import HOP, SAMPLE_RATE

if TYPE_CHECKING:
    import soundfile

    from stemwright.codec.tiles import Tiles
    from stemwright.instruments.files import Instrument
    from stemwright.song.document import Take
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

RATE = 2 * SAMPLE_RATE
TILE_FRAMES = 300
Audio = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sound:
    """`data`: the object's bytes. Of `notes`, `silent` lie where the instrument has nothing."""

    data: bytes
    notes: int
    silent: int


def sampled_sound(
    state: GlobalState,
    layer: str,
    score: Score,
    instrument: Instrument,
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> Sound:
    """A score as the instrument plays it. UsageError where it has notes and none of them sounds."""
    from stemwright.instruments.events import score_events
    from stemwright.instruments.playing import play

    total = state.timebase.frames(state.bars) * HOP
    events = score_events(score, state.timebase)
    played = play(instrument.keyboard, events, total, is_drums(layer), progress)
    if played.notes and played.silent == played.notes:
        low, high = instrument.keyboard.range
        raise UsageError(
            f"layer {layer!r}: none of its {played.notes} notes sounds: {instrument.name} has keys {low} to "
            f"{high}; choose another file or preset",
            field="layer",
        )
    return Sound(_encoded(played.audio), played.notes, played.silent)


def stem_of(data: bytes, rate: int, frames: int, name: str) -> Audio:
    """The stem in an object, float32 [samples] or [samples, 2] at `rate`. StemwrightError, naming `name`,
    where it is not a sound of so many frames.
    """
    return np.concatenate(list(_tiles(data, rate, frames, name)))


def object_tiles(folder: SongFolder, take: Take, rate: int) -> Tiles:
    """The tiles of a sampler's take, read from its object as they are asked for. Errors as of `stem_of`, and
    where the object is missing or damaged.
    """
    from stemwright.store.records import hash_file

    name = folder.objects.name(take.content_sha256)
    file = folder.objects.file(take.content_sha256)
    if not file.is_file() or hash_file(file, name) != take.content_sha256:
        folder.objects.get(take.content_sha256)  # says what is wrong with it
    return sound_tiles(file, rate, take.frames, name, take.content_sha256)


def sound_tiles(source: bytes | Path, rate: int, frames: int, name: str, sha256: str) -> Tiles:
    """The tiles of a sound that a sampler made, from bytes or a file of these that hash to `sha256`."""
    from stemwright.codec.tiles import InOrderTiles

    with _opened(source, frames, name) as file:
        channels: tuple[int, ...] = (2,) if file.channels > 1 else ()
    content = f"sampled {sha256} {rate}".encode()
    hop = HOP * rate // SAMPLE_RATE
    return InOrderTiles(
        lambda: _tiles(source, rate, frames, name), content, frames, hop, channels, TILE_FRAMES
    )


def _tiles(source: bytes | Path, rate: int, frames: int, name: str) -> Iterator[Audio]:
    """The sound at `rate`, in tiles: float32 [n] or [n, 2]."""
    import soxr

    size, left = TILE_FRAMES * HOP * rate // SAMPLE_RATE, frames * HOP * rate // SAMPLE_RATE
    with _opened(source, frames, name) as file:
        stream = None if rate == RATE else soxr.ResampleStream(RATE, rate, file.channels, dtype="float32")
        held = np.zeros((0, file.channels), np.float32)
        while left > 0:
            piece = _read(file, TILE_FRAMES * HOP * RATE // SAMPLE_RATE, name)
            ended = file.tell() >= file.frames
            if stream is not None:
                piece = stream.resample_chunk(piece, last=ended).reshape(-1, file.channels)
            held = np.concatenate([held, piece])
            if ended:
                held = np.pad(held, ((0, max(0, left - len(held))), (0, 0)))
            while left > 0 and len(held) >= min(size, left):
                made, held = held[: min(size, left)], held[min(size, left) :]
                left -= len(made)
                yield np.ascontiguousarray(made if made.shape[1] > 1 else made[:, 0])


def _opened(source: bytes | Path, frames: int, name: str) -> soundfile.SoundFile:
    import soundfile

    try:
        file = soundfile.SoundFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except RuntimeError as error:
        raise StemwrightError(f"{name}: is not the sound of a take ({error})") from error
    if (file.samplerate, file.frames) != (RATE, frames * HOP * RATE // SAMPLE_RATE):
        file.close()
        raise StemwrightError(f"{name}: is of another length or rate than its take")
    return file


def _read(file: soundfile.SoundFile, samples: int, name: str) -> Audio:
    try:
        found: Audio = file.read(samples, dtype="float32", always_2d=True)
    except RuntimeError as error:
        raise StemwrightError(f"{name}: is not the sound of a take ({error})") from error
    if not len(found):
        raise StemwrightError(f"{name}: ends before its take does")
    return found


def _encoded(audio: Audio) -> bytes:
    import soundfile

    whole = np.rint(np.clip(audio, -1, 1) * np.float32(32767)).astype(np.int16)
    if (whole[:, 0] == whole[:, 1]).all():
        whole = whole[:, :1]
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", RATE, whole.shape[1], "PCM_16", format="FLAC") as file:
        file.write(whole)
    return buffer.getvalue()
