"""Audio files: 24-bit WAV or FLAC, written in one piece, the same bytes for the same samples."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.errors import StemwrightError, UsageError
from stemwright.song.names import file_stem
from stemwright.song.state import GlobalState
from stemwright.song.timebase import SAMPLE_RATE
from stemwright.store import atomic

FORMATS = {".wav": "WAV", ".flac": "FLAC"}
MAX_NAME_BYTES = 200
_PIECE = 1 << 18


def file_name(
    title: str, part: str, state: GlobalState, suffix: str = ".wav", rate: int = SAMPLE_RATE
) -> str:
    """The name producers expect: `My Song_Drums_112bpm_F#min.wav`, safe on every system, up to 200 bytes.

    A `rate` other than the codec's is named, `..._48kHz.wav`, so that files of both lie side by side.
    """
    audio_format(suffix)
    end = suffix if rate == SAMPLE_RATE else f"_{rate / 1000:g}kHz{suffix}"
    while len((name := file_stem(title, part, state) + end).encode()) > MAX_NAME_BYTES and title:
        title = title[:-1].rstrip()
    return name


def audio_format(suffix: str) -> str:
    """WAV or FLAC for a file's ending. UsageError for any other."""
    if suffix.lower() not in FORMATS:
        raise UsageError(
            f"audio cannot be written as {suffix or 'a file without ending'!r}; use .wav or .flac"
        )
    return FORMATS[suffix.lower()]


def write_audio(path: Path, audio: ArrayLike, sample_rate: int = 24000, suffix: str | None = None) -> None:
    """Write `audio` [N] or [N, channels], -1..1, to `path` as 24 bits, atomically.

    `suffix` says the format where the path does not (`Renders.writing`). What is beyond full scale is
    clipped. UsageError for other formats; StemwrightError where it cannot be written.
    """
    kind = audio_format(path.suffix if suffix is None else suffix)
    atomic.write_bytes(path, encode(audio, sample_rate, kind))


def encode(audio: ArrayLike, sample_rate: int, kind: str) -> bytes:
    """The bytes of a 24-bit file of `kind` "WAV" or "FLAC".

    StemwrightError for samples that are not finite.
    """
    import soundfile

    signal, buffer = np.asarray(audio), io.BytesIO()
    channels = 1 if signal.ndim == 1 else signal.shape[1]
    with soundfile.SoundFile(buffer, "w", sample_rate, channels, "PCM_24", format=kind) as file:
        for start in range(0, len(signal), _PIECE):  # the whole would need its size again, several times
            file.write(to_24_bit(signal[start : start + _PIECE]))
    return buffer.getvalue()


def to_24_bit(audio: ArrayLike) -> NDArray[np.int32]:
    """Samples in -1..1 to 24-bit integers in the upper bits of int32: rounded, clipped, no dither."""
    signal = np.asarray(audio, dtype=np.float64)
    if not np.isfinite(signal).all():
        raise StemwrightError("audio holds samples that are not finite; nothing was written")
    whole = np.clip(np.rint(signal * 2.0**23), -(2.0**23), 2.0**23 - 1)
    return whole.astype(np.int32) << 8
