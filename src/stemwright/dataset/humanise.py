"""Human timing and touch for a clip's scores.

The notes themselves are moved, in ticks, before anything is rendered: the score that a clip keeps is exactly
what is heard, and a performer learns no onset that its conditioning does not show.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from random import Random

from stemwright.song.score import PPQ, Note, Score

STIFF_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Feel:
    """``loose``: standard deviation of onsets in ms; ``lag``: ms by which all of them are late; ``touch``:
    standard deviation of velocities; ``gate``: share of their length that notes keep.
    """

    loose: float = 0.0
    lag: float = 0.0
    touch: float = 0.0
    gate: float = 1.0

    def to_json(self) -> dict[str, float]:
        """The fields, for a clip's line."""
        return asdict(self)


def draw_feel(rng: Random, human: bool) -> Feel:
    """A random player; what is a `human`'s already and a quarter of the rest stay as they are."""
    if human or rng.random() < STIFF_SHARE:
        return Feel()
    return Feel(
        loose=round(rng.uniform(1.0, 9.0), 2),
        lag=round(rng.gauss(0.0, 5.0), 2),
        touch=round(rng.uniform(1.0, 8.0), 2),
        gate=round(rng.uniform(0.85, 1.0), 3),
    )


def humanised(score: Score, feel: Feel, bpm: Fraction, total: int, rng: Random) -> Score:
    """The score as ``feel`` plays it; notes stay inside the first ``total`` ticks.

    Notes of one onset move together for the larger part, as the hand that strikes them does.
    """
    if feel == Feel():
        return score
    per_ms = float(bpm) * PPQ / 60_000.0
    together: dict[int, float] = {}
    out: list[Note] = []
    for note in score.notes:
        if note.onset not in together:
            together[note.onset] = rng.gauss(feel.lag, feel.loose)
        moved = note.onset + round((together[note.onset] + rng.gauss(0.0, 0.3 * feel.loose)) * per_ms)
        onset = max(0, min(total - 1, moved))
        length = max(1, min(round(note.duration * feel.gate), total - onset))
        velocity = max(1, min(127, round(note.velocity + rng.gauss(0.0, feel.touch))))
        out.append(Note(onset, length, note.pitch, velocity))
    return Score.from_notes(out).without_overlaps()
