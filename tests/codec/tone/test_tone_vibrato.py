"""Vibrato: what the table says is what is heard, wherever a stretch begins."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.codec.tone.layout import HOP
from stemwright.codec.tone.notes import first_frame
from stemwright.codec.tone.tuning import Tuning
from stemwright.codec.tone.vibrato import CENT, Vibrato, bent
from stemwright.errors import UsageError
from stemwright.native.oscillators import PartialNote, render

FLUTE = Vibrato((60.0, 72.0), (20.0, 0.0), (5.0, 0.0), (0.25, 0.0))
FREQUENCY = 440.0 / 24_000


def sound(start: float, row: int, count: int) -> np.ndarray:
    """One partial of a note from its frame ``row`` on, as the oscillators play it there."""
    onset, bends = bent(FLUTE, 60, start, first_frame(start), row, count)
    note = PartialNote(
        onset=onset,
        frequencies=np.array([FREQUENCY]),
        first=row,
        amplitudes=np.tile(np.array([1.0, 0.0], np.float32)[:, None], (count, 1, 1, 1)),
        bend=bends,
    )
    return render([note], 1, (count - 1) * HOP, row * HOP + HOP // 2, HOP, 0.0)[0]


def test_depth_rate_and_fade() -> None:
    seconds = np.arange(0, 2, 0.001)
    bends = FLUTE.bends(62, seconds)
    assert bends is not None
    assert np.abs(bends).max() == pytest.approx(20 * CENT, rel=1e-3)
    assert bends[0] == 0 and np.abs(bends[:125]).max() < 11 * CENT
    assert np.allclose(bends[500:1500], bends[700:1700], atol=1e-9), "five times a second"
    assert bends[400] == pytest.approx(20 * CENT, rel=1e-6), "a quarter turn ahead"
    assert FLUTE.bends(71, seconds) is None, "the nearest pitch is straight"


def test_a_note_that_began_before_goes_on_where_it_was() -> None:
    """A stretch that begins in the middle of a note has the phase and the pitch of the whole."""
    whole = sound(5000.3, first_frame(5000.3), 120)
    row = first_frame(5000.3) + 70
    part = sound(5000.3, row, 50)
    at = 70 * HOP
    assert np.abs(part - whole[at : at + len(part)]).max() < 2e-3
    straight = np.sin(
        2 * np.pi * FREQUENCY * (np.arange(len(whole)) + first_frame(5000.3) * HOP + HOP / 2 - 5000.3)
    )
    assert np.abs(whole - straight).max() > 0.5, "it does bend"


def test_the_table_is_kept_and_checked() -> None:
    record = Tuning(vibrato={"lead/flute": FLUTE}).to_json()
    assert Tuning.from_json(record, "x").vibrato["lead/flute"] == FLUTE
    for field, value in (("depth", [200.0, 0.0]), ("rate", [30.0, 0.0]), ("pitch", [72.0, 60.0])):
        bad = {**record, "vibrato": {"lead/flute": {**record["vibrato"]["lead/flute"], field: value}}}
        with pytest.raises(UsageError, match=r"vibrato of 'lead/flute'.*depth be 0 to 100 cents"):
            Tuning.from_json(bad, "x")
    with pytest.raises(UsageError, match="must hold pitch, depth, rate, turn"):
        Tuning.from_json({**record, "vibrato": {"a": {}}}, "x")
