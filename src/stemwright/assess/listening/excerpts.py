"""Which bars of a song are heard on the page, and small sound files of them.

The mix is heard for about MIX_SECONDS around the turn of the form, a layer for about LAYER_SECONDS within
the same bars, where it plays most. Files are MP3 at 48 kHz, joint stereo, mono where there is no side: every
browser plays it, and the encoder gives the same bytes for the same samples (an Ogg stream carries a random
number).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stemwright.evaluation.stereo import side_over_middle_db
from stemwright.song.score import Score
from stemwright.song.timebase import SAMPLE_RATE, Timebase

Audio = NDArray[np.float32]

RATE = 2 * SAMPLE_RATE

MIX_SECONDS = 8.0
LAYER_SECONDS = 5.0
FADE_IN, FADE_OUT = 0.002, 0.03
QUALITIES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""libsndfile's compression levels at variable bit rate, 0 (best) to 1."""
BYTES = 4_000_000
"""All sound files together: the best quality of QUALITIES that stays below it is taken."""
NO_SIDE_DB = -60.0
"""Sounds with less of a side are written in mono."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars `first` up to `end`, counted from 0, `end` not among them."""

    first: int
    end: int

    def __str__(self) -> str:
        """As people count them."""
        return f"{self.first + 1}-{self.end}" if self.end - self.first > 1 else str(self.end)


def bars_of(seconds: float, timebase: Timebase, bars: int) -> int:
    """How many whole bars, of `bars` at most, are nearest to `seconds`; at least one."""
    return max(1, min(bars, round(seconds / float(timebase.bar_seconds))))


def notes_by_bar(score: Score, timebase: Timebase, bars: int) -> list[int]:
    """How many notes begin in each bar."""
    counts = [0] * bars
    for note in score.notes:
        counts[min(max(note.onset // timebase.meter.ticks_per_bar, 0), bars - 1)] += 1
    return counts


def around(join: int, length: int, counts: Mapping[str, list[int]]) -> Bars:
    """The `length` bars, on both sides of bar `join` where they can be, in which all layers play best.

    What counts is the layer that plays least there, as a share of its own busiest `length` bars; among
    equals the bars that lie most evenly around the join, then the earlier.
    """
    bars = len(next(iter(counts.values())))
    starts = [s for s in range(bars - length + 1) if s < join < s + length] or list(range(bars - length + 1))

    def least(start: int) -> float:
        return min(_share(count, start, length) for count in counts.values())

    best = max(starts, key=lambda s: (least(s), -abs(2 * (join - s) - length), -s))
    return Bars(best, best + length)


def busiest(within: Bars, length: int, counts: list[int]) -> Bars:
    """The `length` bars of `within` in which most notes begin, the earliest of such."""
    length = min(length, within.end - within.first)
    starts = range(within.first, within.end - length + 1)
    best = max(starts, key=lambda s: (sum(counts[s : s + length]), -s))
    return Bars(best, best + length)


def samples(bars: Bars, timebase: Timebase) -> slice:
    """Where bars lie in a sound at 48 kHz."""
    scale = RATE // SAMPLE_RATE
    return slice(scale * timebase.bar_sample(bars.first), scale * timebase.bar_sample(bars.end))


def cut(audio: Audio, bars: Bars, timebase: Timebase) -> Audio:
    """These bars of `audio` [N] or [N, 2], with short fades so that the edges do not click."""
    piece = audio[samples(bars, timebase)].astype(np.float32)
    fades = [min(round(seconds * RATE), len(piece)) for seconds in (FADE_IN, FADE_OUT)]
    curve = np.ones(len(piece), dtype=np.float32)
    curve[: fades[0]] = np.linspace(0.0, 1.0, fades[0])
    curve[len(piece) - fades[1] :] *= np.linspace(1.0, 0.0, fades[1])
    return np.asarray(piece * (curve if piece.ndim == 1 else curve[:, None]), dtype=np.float32)


def mono(audio: Audio) -> Audio:
    """[N]: the mean of the channels of `audio` [N] or [N, 2]."""
    return audio if audio.ndim == 1 else np.asarray(audio.mean(axis=1), dtype=np.float32)


def mp3s(sounds: Mapping[str, Audio]) -> dict[str, bytes]:
    """MP3 files of all sounds, in the best quality in which they are together no larger than BYTES."""
    files: dict[str, bytes] = {}
    for quality in QUALITIES:
        files = {name: mp3(audio, quality) for name, audio in sounds.items()}
        if sum(map(len, files.values())) <= BYTES:
            break
    return files


def mp3(audio: Audio, quality: float) -> bytes:
    """The bytes of an MP3 file of `audio` [N] or [N, 2] at 48 kHz."""
    import soundfile

    buffer = io.BytesIO()
    wide = audio.ndim > 1 and side_over_middle_db(audio) > NO_SIDE_DB
    soundfile.write(
        buffer,
        np.clip(audio if wide else mono(audio), -1.0, 1.0),
        RATE,
        format="MP3",
        subtype="MPEG_LAYER_III",
        bitrate_mode="VARIABLE",
        compression_level=quality,
    )
    return buffer.getvalue()


def kbit_a_second(files: Mapping[str, bytes], sounds: Iterable[Audio]) -> float:
    """The mean bit rate of files in kbit/s."""
    seconds = sum(len(audio) for audio in sounds) / RATE
    return 8 * sum(map(len, files.values())) / 1000 / max(seconds, 1e-9)


def _share(counts: list[int], start: int, length: int) -> float:
    most = max(sum(counts[s : s + length]) for s in range(len(counts) - length + 1))
    return sum(counts[start : start + length]) / most if most else 1.0
