"""What chords say of a song whose key and form were not given: the key they are in, and how many bars."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stemwright.compose.analysis import key_correlation
from stemwright.song.harmony import Key
from stemwright.song.progression import named_chords, parse_bars
from stemwright.song.qualities import QUALITIES
from stemwright.song.state import GlobalState

ROOT_WEIGHT = 1.0
"""What a chord's root weighs more than its other tones."""
END_WEIGHT = 1.0
"""What the roots of the first and the last chord weigh more."""
LEADS_WEIGHT = 2.0
"""What the tone weighs to which a dominant seventh chord leads, a fifth below it."""
SCALE_WEIGHT = 3.0
"""What tones of the scale count beside the correlation."""

_KEYS = [Key.from_pc(tonic, mode) for mode in ("major", "minor") for tonic in range(12)]


def implied_key(text: str) -> Key | None:
    """The key that fits the chords of a text best; None where it names none by its root."""
    chords = named_chords(text)
    if not chords:
        return None
    weights = np.zeros(12)
    dominant = [{4, 10} <= set(QUALITIES[chord.quality]) for chord in chords]
    for chord, leads in zip(chords, dominant, strict=True):
        weights[list(chord.pitch_classes)] += 1.0
        weights[chord.root_pc] += ROOT_WEIGHT
        if leads and not all(dominant):  # in a blues all are, and lead nowhere
            weights[(chord.root_pc + 5) % 12] += LEADS_WEIGHT
    for chord in (chords[0], chords[-1]):
        weights[chord.root_pc] += END_WEIGHT
    return max(_KEYS, key=lambda key: _fit(weights, key))


def _fit(weights: NDArray[np.float64], key: Key) -> float:
    """Correlation with the key's profile, and the share of tones that are of its scale."""
    own = list(key.pitch_classes)
    if key.mode == "minor":
        own.append((key.tonic_pc + 11) % 12)  # the leading tone, of its dominant
    return key_correlation(weights, key) + SCALE_WEIGHT * float(weights[own].sum() / weights.sum())


def implied_form(text: str, state: GlobalState) -> str | None:
    """A form of as many bars as a text has; None where the state's bars hold it once or several times."""
    bars = len(parse_bars(text, state))
    return None if state.bars % bars == 0 else f"verse:{bars}"
