"""Which frames of a long layer stay in sight."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.models.architecture import validate_performer
from stemwright.perform.retention import beat_spans, retention_of
from stemwright.song.meter import Meter
from stemwright.song.timebase import Timebase

CONFIG = {
    "d_model": 64, "layers": 1, "heads": 2, "kv_heads": 1, "head_dim": 32, "ffn": 64, "codebooks": 8,
    "codebook_size": 1024, "features": 5, "window": 384, "lookahead": 2, "rope_base": 1e4, "norm_eps": 1e-5,
    "retention": {"recent": 256, "every_bars": 4, "beats": 2},
}  # fmt: skip
TIMEBASE = Timebase(Fraction(120), Meter(4, 4))


def test_the_first_beats_of_every_fourth_bar() -> None:
    assert beat_spans(TIMEBASE, 1300, 4, 2) == ((0, 75), (600, 675), (1200, 1275))
    assert beat_spans(TIMEBASE, 1200, 4, 9) == ((0, 150), (600, 750))


def test_only_where_the_window_is_too_small() -> None:
    assert retention_of(CONFIG, TIMEBASE, 377) is None
    kept = retention_of(CONFIG, TIMEBASE, 378)
    assert kept is not None and (kept.recent, kept.spans) == (256, ((0, 75),))
    assert retention_of({**CONFIG, "retention": None}, TIMEBASE, 9999) is None


@given(
    bpm=st.integers(30, 300),
    meter=st.sampled_from([Meter(4, 4), Meter(3, 4), Meter(7, 8), Meter(1, 16)]),
    frames=st.integers(1, 50_000),
    every=st.integers(1, 64),
    beats=st.integers(1, 64),
)
def test_spans_ascend_and_begin_on_bars(bpm: int, meter: Meter, frames: int, every: int, beats: int) -> None:
    timebase = Timebase(Fraction(bpm), meter)
    end = 0
    for first, last in beat_spans(timebase, frames, every, beats):
        bar = timebase.bar_of_frame(first)
        assert first == timebase.bar_frame(bar) < frames and bar % every == 0
        assert end <= first < last <= timebase.bar_frame(bar + 1)
        end = last


@pytest.mark.parametrize("policy", [None, [], {}, {"recent": 1}, {"recent": 0, "every_bars": 4, "beats": 1},
                                    {"recent": 385, "every_bars": 4, "beats": 1},
                                    {"recent": 9, "every_bars": True, "beats": 1}])  # fmt: skip
def test_a_bad_policy_in_a_manifest_is_refused(policy: object) -> None:
    validate_performer(CONFIG)
    with pytest.raises(UsageError, match=r"architecture\.retention"):
        validate_performer({**CONFIG, "retention": policy})
