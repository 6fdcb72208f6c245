"""A transport that follows a clock which is not ours: by small changes of tempo, never by holes."""

from __future__ import annotations

from fractions import Fraction

from stemwright.live.clock.transport import Transport
from stemwright.song.tempo import MAX_BPM, MIN_BPM

PULL = 0.25
"""The tempo is bent by at most so much to make up for a phase that is off."""
FAR = 1.0
"""A phase that is off by more quarter notes is not made up for: the position is set."""
_NEAR = 0.05  # the same, where the tempo would have to be one that a transport cannot take
_CLOSE = 0.0005  # seconds that are near enough
_SAME = 0.01  # BPM that are near enough


def tempo_of(bpm: float) -> Fraction:
    """A measured tempo as one that a transport takes: 30 to 300, on three decimals."""
    return max(Fraction(MIN_BPM), min(Fraction(MAX_BPM), Fraction(round(bpm * 1000), 1000)))


def _bent(bpm: float, error: float) -> float:
    return bpm * (1 + max(-PULL, min(PULL, error)))


def steer(transport: Transport, sample: int, error: float, bpm: float) -> None:
    """From a sample on, go at the tempo of the other clock, and make up for an error of the position there
    (quarter notes, above 0 where the transport is behind) within about a quarter note.
    """
    if abs(error) > (FAR if MIN_BPM <= _bent(bpm, error) <= MAX_BPM else _NEAR):
        transport.align(sample, transport.position(sample) + Fraction(round(error * 1_000_000), 1_000_000))
        error = 0.0
    if abs(error) * 60 / bpm < _CLOSE:
        error = 0.0
    wanted = _bent(bpm, error)
    if abs(wanted - float(transport.tempo.bpm(sample))) >= _SAME:
        transport.set_tempo(sample, tempo_of(wanted))
