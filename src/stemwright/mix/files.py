"""Audio files: 24-bit WAV or FLAC, Ogg Vorbis or MP3, written as the sound comes."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.errors import StemwrightError, UsageError
from stemwright.song.names import exported_name
from stemwright.song.state import GlobalState
from stemwright.song.timebase import SAMPLE_RATE
from stemwright.store import atomic


@dataclass(frozen=True, slots=True)
class Format:
    """What libsndfile calls a file and its samples; `lossy` ones have a quality (0 best .. 1 smallest)."""

    container: str
    samples: str
    lossy: bool = False
    quality: float = 0.0


FORMATS = {
    ".wav": Format("WAV", "PCM_24"),
    ".flac": Format("FLAC", "PCM_24"),
    ".ogg": Format("OGG", "VORBIS", lossy=True, quality=0.2),
    ".mp3": Format("MP3", "MPEG_LAYER_III", lossy=True, quality=0.1),
}
FLOATS = Format("WAV", "FLOAT")
"""What a WAV file becomes where samples lie beyond full scale."""
_PIECE = 1 << 16


def file_name(
    title: str, part: str, state: GlobalState, suffix: str = ".wav", rate: int = SAMPLE_RATE
) -> str:
    """The name producers expect: `My Song_Drums_112bpm_F#min.wav`, safe on every system.

    A `rate` other than the codec's is named, `..._48kHz.wav`, so that files of both lie side by side.
    """
    audio_format(suffix)
    end = suffix if rate == SAMPLE_RATE else f"_{rate / 1000:g}kHz{suffix}"
    return exported_name(title, part, state, end)


def audio_format(suffix: str) -> Format:
    """The format for a file's ending. UsageError for one that is not known or has no encoder here."""
    found = FORMATS.get(suffix.lower())
    if found is None:
        known = " or ".join((", ".join([*FORMATS][:-1]), [*FORMATS][-1]))
        raise UsageError(f"audio cannot be written as {suffix or 'a file without ending'!r}; use {known}")
    if found.lossy and not _has_encoder(found):
        raise UsageError(
            f"audio cannot be written as {suffix!r}: this machine's libsndfile has no encoder for it; use "
            ".wav or .flac, or: pip install --upgrade soundfile"
        )
    return found


def write_audio(path: Path, audio: ArrayLike, sample_rate: int = 24000, suffix: str | None = None) -> None:
    """Write `audio` [N] or [N, channels], -1..1, to `path`, atomically, as `write_pieces` does."""
    signal = np.asarray(audio)
    highest = float(np.abs(signal).max(initial=0.0))
    channels = 1 if signal.ndim == 1 else signal.shape[1]
    write_pieces(path, iter([signal]), channels, highest, sample_rate, suffix)


def write_pieces(
    path: Path,
    sound: Iterator[NDArray[np.floating[Any]]],
    channels: int,
    highest: float,
    sample_rate: int,
    suffix: str | None = None,
) -> None:
    """Write a sound that comes in pieces [n] or [n, channels], -1..1, to `path`, atomically: WAV and FLAC of
    24 bits, rounded. The bytes are the same however it is cut, but for an Ogg stream's number.

    Where its `highest` magnitude is beyond full scale a WAV file has 32-bit floats; UsageError for the other
    formats, which would clip, and for endings that are not known. `suffix` says the format where the path
    does not (`Renders.writing`). StemwrightError where it cannot be written, or samples are not finite.
    """
    ending = path.suffix if suffix is None else suffix
    kind = audio_format(ending)
    if highest > 1.0 and np.isfinite(highest):
        if kind.container != FLOATS.container:
            raise UsageError(f"{ending} would clip a peak of {20 * np.log10(highest):+.1f} dBFS; use .wav")
        kind = FLOATS
    with atomic.replacing(path) as temp, _Target(temp) as target:
        _encode(target, sound, channels, sample_rate, kind)


class _Target(io.FileIO):
    """A new file for libsndfile, which would lose why something could not be written."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "x+b")
        self.error: OSError | None = None

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self.error = self.error or error
            return 0


def _encode(
    target: _Target,
    sound: Iterator[NDArray[np.floating[Any]]],
    channels: int,
    rate: int,
    kind: Format,
) -> None:
    import soundfile

    options: dict[str, Any] = {"compression_level": kind.quality} if kind.lossy else {}
    if kind.container == "MP3":
        options["bitrate_mode"] = "VARIABLE"
    try:
        with soundfile.SoundFile(
            target, "w", rate, channels, kind.samples, format=kind.container, **options
        ) as file:
            for piece in _evenly(sound) if kind.lossy else sound:
                file.write(
                    to_24_bit(piece)
                    if kind.samples == "PCM_24"
                    else _finite(piece).astype(np.float32, copy=False)
                )
    except (soundfile.LibsndfileError, AssertionError) as error:  # it asserts that all was written
        raise target.error or OSError(str(error)) from error
    if target.error is not None:
        raise target.error


def _evenly(sound: Iterator[NDArray[np.floating[Any]]]) -> Iterator[NDArray[np.floating[Any]]]:
    """A sound in pieces of one size but for the last."""
    held: NDArray[np.floating[Any]] | None = None
    for piece in sound:
        held = piece if held is None or not len(held) else np.concatenate([held, piece])
        whole = len(held) // _PIECE * _PIECE
        for start in range(0, whole, _PIECE):
            yield held[start : start + _PIECE]
        held = held[whole:]
    if held is not None and len(held):
        yield held


def to_24_bit(audio: ArrayLike) -> NDArray[np.int32]:
    """Samples in -1..1 to 24-bit integers in the upper bits of int32: rounded, clipped, no dither. Those that
    are single precision stay so: it holds all whole numbers up to 24 bits.
    """
    scaled = _finite(audio) * np.float32(2.0**23)
    whole = np.clip(np.rint(scaled, out=scaled), -(2.0**23), 2.0**23 - 1, out=scaled)
    return whole.astype(np.int32) << 8


def _finite(audio: ArrayLike) -> NDArray[np.floating[Any]]:
    signal = np.asarray(audio)
    if signal.dtype != np.float32:
        signal = signal.astype(np.float64)
    if not np.isfinite(signal).all():
        raise StemwrightError("audio holds samples that are not finite; nothing was written")
    return signal


def _has_encoder(kind: Format) -> bool:
    import soundfile

    return kind.samples in soundfile.available_subtypes(kind.container)
