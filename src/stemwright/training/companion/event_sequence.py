"""A piece as the companion hears it: events one after the other, each with the notes held after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stemwright.symbolic.companion.events import (
    FIRST_PIECE,
    INSTRUMENTS,
    RESOLUTION,
    START,
    TIME_BINS,
    YOU,
)
from stemwright.training.companion.note_arrays import END, INSTRUMENT, ONSET, TOKEN, VELOCITY, Table, Whole

NO_INSTRUMENT = len(INSTRUMENTS)
"""The instrument of the start event."""
_YOU = INSTRUMENTS.index(YOU)
_DRUMS = 0


@dataclass(frozen=True, slots=True)
class Rendition:
    """How a piece is heard: `shift` in semitones, `speed` of the tempo, `loose` the standard deviation of
    onsets in seconds, `you` the instrument that the player takes, `without` one that is left out (-1: none).
    """

    shift: int = 0
    speed: float = 1.0
    loose: float = 0.0
    you: int = -1
    without: int = -1


@dataclass(frozen=True, eq=False)
class Sequence:
    """`events` [n, 4]: instrument, token, time's bin, velocity; the first is the start. Held notes
    (instrument x 128 + pitch) after event k: `held[at[k] : at[k + 1]]`."""

    events: Whole
    held: Whole
    at: Whole


def draw_view(piece: Table, rng: np.random.Generator) -> Rendition:
    """A random view: any transposition by -6..5 that stays in range, tempo x 0.8..1.25, often a human's
    timing, often one layer as the player's own, at times one layer less."""
    pitched = piece.notes[piece.notes[:, TOKEN] < FIRST_PIECE, TOKEN]
    shift = int(rng.integers(-6, 6))
    if len(pitched) and not 0 <= pitched.min() + shift <= pitched.max() + shift <= 127:
        shift = 0
    present = np.unique(piece.notes[:, INSTRUMENT])
    takable = present[present != _DRUMS]
    you = int(rng.choice(takable)) if len(takable) and rng.random() < 0.5 else -1
    without = int(rng.choice(present)) if len(present) > 1 and rng.random() < 0.25 else -1
    loose = 0.0 if piece.human or rng.random() < 0.5 else rng.uniform(0.002, 0.012)
    return Rendition(
        shift, float(np.exp(rng.uniform(-np.log(1.25), np.log(1.25)))), float(loose), you, without
    )


def plain_view(piece: Table, rng: np.random.Generator) -> Rendition:
    """The piece as it is; in half of the cases one layer is the player's own."""
    present = np.unique(piece.notes[:, INSTRUMENT])
    takable = present[present != _DRUMS]
    return Rendition(you=int(rng.choice(takable)) if len(takable) and rng.random() < 0.5 else -1)


def sequence_of(piece: Table, view: Rendition, rng: np.random.Generator) -> Sequence:
    """The events of a piece. Of those in one bin ends come first; beginnings come in random order, as they
    would from players."""
    notes = piece.notes
    if view.without >= 0:
        notes = notes[notes[:, INSTRUMENT] != view.without]
    seconds = notes[:, [ONSET, END]] * (piece.tick / view.speed)
    if view.loose:
        seconds = seconds + rng.normal(0.0, view.loose, (len(notes), 1))
    bins = np.rint(np.maximum(seconds, 0.0) / RESOLUTION).astype(np.int64)
    bins[:, 1] = np.maximum(bins[:, 1], bins[:, 0] + 1)
    instrument = np.where(notes[:, INSTRUMENT] == view.you, _YOU, notes[:, INSTRUMENT])
    pitched = notes[:, TOKEN] < FIRST_PIECE
    token = notes[:, TOKEN] + np.where(pitched, view.shift, 0)
    on = np.stack([bins[:, 0], np.ones_like(token), instrument, token, notes[:, VELOCITY]], axis=1)
    off = np.stack([bins[:, 1], np.zeros_like(token), instrument, token, np.zeros_like(token)], axis=1)
    rows = np.concatenate([on, off[pitched]])
    rows = rows[np.lexsort((rng.random(len(rows)), rows[:, 1], rows[:, 0]))]
    return _walk(rows)


def _walk(rows: Whole) -> Sequence:
    """Events from rows (bin, is a beginning, instrument, token, velocity): a note that begins again while it
    is held ends first, and the end that it had is dropped."""
    out = [(NO_INSTRUMENT, START, 0, 0)]
    held: dict[int, int] = {}
    flat: list[int] = []
    at = [0, 0]
    last = 0
    for number, begins, instrument, token, velocity in rows.tolist():
        delta = min(number - last, TIME_BINS - 1)
        key = instrument * 128 + token
        if begins and token < FIRST_PIECE and key in held:
            held[key] += 1
            out.append((instrument, token, delta, 0))
            flat.extend(k for k in held if k != key)
            at.append(len(flat))
            delta = 0
        elif begins and token < FIRST_PIECE:
            held[key] = 1
        elif not begins:
            held[key] -= 1
            if held[key]:
                continue
            del held[key]
        last = number
        out.append((instrument, token, delta, velocity))
        flat.extend(held)
        at.append(len(flat))
    return Sequence(np.array(out, np.int64), np.array(flat, np.int64), np.array(at, np.int64))
