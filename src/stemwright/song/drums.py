"""The fourteen drum pieces that scores and features speak of, and General MIDI's pitches among them."""

from __future__ import annotations

DRUM_PIECES: tuple[str, ...] = (
    "kick", "snare", "rim", "clap", "closed_hat", "pedal_hat", "open_hat",
    "low_tom", "mid_tom", "high_tom", "crash", "ride", "bell", "percussion",
)  # fmt: skip

PIECE_PITCH: dict[str, int] = {
    "kick": 36, "snare": 38, "rim": 37, "clap": 39, "closed_hat": 42, "pedal_hat": 44, "open_hat": 46,
    "low_tom": 45, "mid_tom": 47, "high_tom": 50, "crash": 49, "ride": 51, "bell": 53, "percussion": 56,
}  # fmt: skip
"""The pitch that stands for each piece when a score is written."""

_OTHER_PITCHES: dict[int, str] = {
    22: "closed_hat", 26: "open_hat", 35: "kick", 40: "snare", 41: "low_tom", 43: "low_tom",
    48: "mid_tom", 52: "crash", 55: "crash", 57: "crash", 59: "ride",
}  # fmt: skip

_INDEX: dict[int, int] = {
    pitch: DRUM_PIECES.index(piece)
    for pitch, piece in [*_OTHER_PITCHES.items(), *((pitch, piece) for piece, pitch in PIECE_PITCH.items())]
}


def piece_of(pitch: int) -> int:
    """Index into `DRUM_PIECES` for any General MIDI drum pitch (22 and 26: hat edges of electronic kits)."""
    return _INDEX.get(pitch, len(DRUM_PIECES) - 1)
