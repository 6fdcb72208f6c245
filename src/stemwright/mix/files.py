"""Audio files: 24-bit WAV or FLAC, Ogg Vorbis or MP3, each written in one piece."""

import io
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
    """Write `audio` [N] or [N, channels], -1..1, to `path`, atomically: WAV and FLAC of 24 bits, rounded.

    Beyond full scale a WAV file has 32-bit floats; UsageError for the other formats, which would clip, and
    for endings that are not known. `suffix` says the format where the path does not (`Renders.writing`).
    StemwrightError where it cannot be written, or samples are not finite.
    """
    ending = path.suffix if suffix is None else suffix
    kind = audio_format(ending)
    highest = float(np.abs(np.asarray(audio)).max(initial=0.0))
    if highest > 1.0 and np.isfinite(highest):
        if kind.container != FLOATS.container:
            raise UsageError(f"{ending} would clip a peak of {20 * np.log10(highest):+.1f} dBFS; use .wav")
        kind = FLOATS
    atomic.write_bytes(path, encode(audio, sample_rate, kind))


def encode(audio: ArrayLike, sample_rate: int, kind: Format) -> bytes:
    """The bytes of a file of one format; the same for the same samples, but for an Ogg stream's number.

    StemwrightError for samples that are not finite.
    """
    import soundfile

    signal, buffer = np.asarray(audio), io.BytesIO()
    channels = 1 if signal.ndim == 1 else signal.shape[1]
    options: dict[str, Any] = {"compression_level": kind.quality} if kind.lossy else {}
    if kind.container == "MP3":
        options["bitrate_mode"] = "VARIABLE"
    with soundfile.SoundFile(
        buffer, "w", sample_rate, channels, kind.samples, format=kind.container, **options
    ) as file:
        for start in range(0, len(signal), _PIECE):  # the whole would need its size again, several times
            piece = signal[start : start + _PIECE]
            file.write(to_24_bit(piece) if kind.samples == "PCM_24" else _finite(piece).astype(np.float32))
    return buffer.getvalue()


def to_24_bit(audio: ArrayLike) -> NDArray[np.int32]:
    """Samples in -1..1 to 24-bit integers in the upper bits of int32: rounded, clipped, no dither."""
    whole = np.clip(np.rint(_finite(audio) * 2.0**23), -(2.0**23), 2.0**23 - 1)
    return whole.astype(np.int32) << 8


def _finite(audio: ArrayLike) -> NDArray[np.float64]:
    signal = np.asarray(audio, dtype=np.float64)
    if not np.isfinite(signal).all():
        raise StemwrightError("audio holds samples that are not finite; nothing was written")
    return signal


def _has_encoder(kind: Format) -> bool:
    import soundfile

    return kind.samples in soundfile.available_subtypes(kind.container)
