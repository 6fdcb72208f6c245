"""Notes as sums of sines: the additive oscillator bank's Python face.

Frame t of `hop` samples has its centre at sample ``hop * t + hop / 2`` of an axis that all notes share.
Between two centres a note's amplitudes go from one frame's to the next one's along half a cosine; before its
first frame and after its last they go to zero, so that it sounds from one hop before its first centre to one
hop after its last. Partial p's phase at sample n is 2 pi f_p tau(n), where tau(n) is the integral of 1 +
bend from the onset to n; bend is linear between centres, and constant before the first and after the last.
Nothing sounds before the onset; after it `gate` samples fade in linearly.

A sample's bits depend on the notes and their order alone: not on where a call begins and ends, nor on the
instruction set, nor on notes that do not sound there. So chunks of any size, joined, are what one call
gives, and a chunk needs only the notes that reach into it. One that begins between two centres computes that
segment from its centre on.

Phases are exact at each centre. Up to the next one rounding adds at most 5e-5 of a partial's amplitude for
hops up to 640, 4e-4 for the longest. A partial that a bend carries to half a cycle a sample or beyond folds
back: give it no amplitude there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stemwright.errors import UsageError, shown
from stemwright.native import checks
from stemwright.native.options import choose_isa

MAX_NOTES = 65536
MAX_PARTIALS = 512
MAX_FRAMES = 1 << 20
MAX_SAMPLES = 1 << 26
MAX_PLACE = 1 << 32
"""Samples or frames that anything may lie away from the axis' zero."""
MAX_AMPLITUDE = 1e6
MAX_GATE = 1 << 20
LEAST_HOP, MOST_HOP = 32, 2048
LEAST_BEND, MOST_BEND = -0.5, 1.0


@dataclass(frozen=True, eq=False)
class PartialNote:
    """One note of P partials and F control frames, for C channels (1: mono; 2: such as middle and side).

    onset:       sample on the axis, a float; may lie between samples and below zero.
    frequencies: float64 [P], cycles a sample, 0 <= f < 0.5.
    first:       the first control frame's number on the axis; may be negative.
    amplitudes:  float32 [F, C, 2, P]: of the sine and of the cosine of each partial.
    bend:        float32 [F]: the frequencies' factor minus 1 (0.01: 1% sharp), -0.5 to 1.
    """

    onset: float
    frequencies: np.ndarray
    first: int
    amplitudes: np.ndarray
    bend: np.ndarray


@dataclass(frozen=True, eq=False)
class PackedNotes:
    """N notes packed, one note after the other; see `PartialNote`. UsageError for what is out of range.

    onsets:      float64 [N].
    firsts:      int64 [N].
    partials:    int32 [N], P of each note.
    frames:      int32 [N], F of each note.
    frequencies: float64 [sum of P].
    amplitudes:  float32 [sum of F * C * 2 * P].
    bends:       float32 [sum of F].
    """

    channels: int
    onsets: np.ndarray
    firsts: np.ndarray
    partials: np.ndarray
    frames: np.ndarray
    frequencies: np.ndarray
    amplitudes: np.ndarray
    bends: np.ndarray

    def __post_init__(self) -> None:
        checks.whole("channels", self.channels, 1, 2)
        _typed("onsets", self.onsets, np.float64, ("notes",))
        count = len(self.onsets)
        if count > MAX_NOTES:
            raise UsageError(f"notes: {count} are more than {MAX_NOTES}")
        for name, dtype in (("firsts", np.int64), ("partials", np.int32), ("frames", np.int32)):
            _typed(name, getattr(self, name), dtype, (count,))
        _within("onsets", self.onsets, -MAX_PLACE, MAX_PLACE)
        _within("firsts", self.firsts, -MAX_PLACE, MAX_PLACE)
        _within("partials", self.partials, 1, MAX_PARTIALS)
        _within("frames", self.frames, 1, MAX_FRAMES)
        partials, frames = self.partials.astype(np.int64), self.frames.astype(np.int64)
        _typed("frequencies", self.frequencies, np.float64, (int(partials.sum()),))
        _typed("bends", self.bends, np.float32, (int(frames.sum()),))
        size = 2 * int(self.channels) * int((partials * frames).sum())
        _typed("amplitudes", self.amplitudes, np.float32, (size,))
        _within("frequencies", self.frequencies, 0.0, np.nextafter(0.5, 0.0))
        _within("amplitudes", self.amplitudes, -MAX_AMPLITUDE, MAX_AMPLITUDE)
        _within("bends", self.bends, LEAST_BEND, MOST_BEND)

    def __len__(self) -> int:
        return len(self.onsets)


def pack(notes: Sequence[PartialNote], channels: int) -> PackedNotes:
    """Notes one after the other, in order. UsageError names the one that is not as `PartialNote` says."""
    checks.whole("channels", channels, 1, 2)
    if len(notes) > MAX_NOTES:
        raise UsageError(f"notes: {len(notes)} are more than {MAX_NOTES}")
    for index, note in enumerate(notes):
        _check(f"note {index}", note, channels)
    return PackedNotes(
        channels=channels,
        onsets=np.array([note.onset for note in notes], dtype=np.float64),
        firsts=np.array([note.first for note in notes], dtype=np.int64),
        partials=np.array([len(note.frequencies) for note in notes], dtype=np.int32),
        frames=np.array([len(note.bend) for note in notes], dtype=np.int32),
        frequencies=_joined([note.frequencies for note in notes], np.float64),
        amplitudes=_joined([note.amplitudes.reshape(-1) for note in notes], np.float32),
        bends=_joined([note.bend for note in notes], np.float32),
    )


def render(
    notes: PackedNotes | Sequence[PartialNote],
    channels: int,
    samples: int,
    start: int,
    hop: int,
    gate: float,
    *,
    isa: str | None = None,
) -> np.ndarray:
    """The sum of all notes, float32 [channels, samples], from sample `start` of the axis on.

    hop:  samples a frame, an even number from 32 to 2048.
    gate: samples of the fade after each onset; 0 is none.
    isa:  falls back to STEMWRIGHT_ISA; decides no bit.
    """
    chosen = choose_isa(isa)
    from stemwright.native import _engine

    channels = checks.whole("channels", channels, 1, 2)
    samples = checks.whole("samples", samples, 0, MAX_SAMPLES)
    start = checks.whole("start", start, -MAX_PLACE, MAX_PLACE)
    hop = checks.whole("hop", hop, LEAST_HOP, MOST_HOP)
    if hop % 2:
        raise UsageError(f"hop: {hop} is not even")
    if not checks.is_real(gate) or not 0.0 <= gate <= MAX_GATE:
        raise UsageError(f"gate: {shown(gate)} is not a number from 0 to {MAX_GATE}")
    packed = notes if isinstance(notes, PackedNotes) else pack(notes, channels)
    if packed.channels != channels:
        raise UsageError(f"channels: the notes have {packed.channels}, not {channels}")
    try:
        return _engine.oscillators(
            packed.onsets,
            packed.firsts,
            packed.partials,
            packed.frames,
            packed.frequencies,
            packed.amplitudes,
            packed.bends,
            channels,
            samples,
            start,
            hop,
            float(gate),
            chosen,
        )
    except ValueError as error:
        raise UsageError(f"oscillators: {error}") from None


def _check(name: str, note: PartialNote, channels: int) -> None:
    if not isinstance(note, PartialNote):
        raise UsageError(f"{name}: {shown(note)} is not a PartialNote")
    if not checks.is_real(note.onset) or abs(note.onset) > MAX_PLACE:
        raise UsageError(f"{name}: onset: {shown(note.onset)} is not a number within {MAX_PLACE} of zero")
    checks.whole(f"{name}: first", note.first, -MAX_PLACE, MAX_PLACE)
    _typed(f"{name}: frequencies", note.frequencies, np.float64, ("partials",))
    partials = checks.whole(f"{name}: partials", len(note.frequencies), 1, MAX_PARTIALS)
    _typed(f"{name}: bend", note.bend, np.float32, ("frames",))
    frames = checks.whole(f"{name}: frames", len(note.bend), 1, MAX_FRAMES)
    _typed(f"{name}: amplitudes", note.amplitudes, np.float32, (frames, channels, 2, partials))
    _within(f"{name}: frequencies", note.frequencies, 0.0, np.nextafter(0.5, 0.0))
    _within(f"{name}: amplitudes", note.amplitudes, -MAX_AMPLITUDE, MAX_AMPLITUDE)
    _within(f"{name}: bend", note.bend, LEAST_BEND, MOST_BEND)


def _typed(name: str, given: object, dtype: type, shape: tuple[int | str, ...]) -> None:
    """An array of this type and shape; a word in the shape stands for any length."""
    wanted = f"{np.dtype(dtype).name} [{', '.join(map(str, shape))}]"
    if not isinstance(given, np.ndarray):
        raise UsageError(f"{name}: {shown(type(given).__name__)} is not an array {wanted}")
    fits = len(shape) == given.ndim and all(
        isinstance(want, str) or want == size for want, size in zip(shape, given.shape, strict=True)
    )
    if given.dtype != dtype or not fits:
        raise UsageError(f"{name}: {given.dtype.name} {list(given.shape)} is not {wanted}")


def _within(name: str, values: np.ndarray, least: float, most: float) -> None:
    """Every value in this range; a value that is no number lies in none."""
    if values.size and not (values.min() >= least and values.max() <= most):
        raise UsageError(f"{name}: a value is not within {least} to {most}")


def _joined(arrays: Sequence[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=dtype)
