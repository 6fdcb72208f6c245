import numpy as np
import pytest

from stemwright.evaluation import dynamics

RATE = 24000


def played(spans: list[list[float]], levels_db: list[float], decay: float = 0.0) -> np.ndarray:
    """A tone for each span, falling by `decay` dB a second."""
    audio = np.zeros(round((spans[-1][1] + 0.2) * RATE))
    for (begin, end), level in zip(spans, levels_db, strict=True):
        t = np.arange(round((end - begin) * RATE)) / RATE
        start = round(begin * RATE)
        audio[start : start + len(t)] += 10 ** ((level - decay * t) / 20) * np.sin(2 * np.pi * 440 * t)
    return audio


SPANS = [[0.25 * i, 0.25 * i + 0.2] for i in range(24)]
VELOCITIES = [40 + 7 * (i * 5 % 11) for i in range(24)]


def test_level_that_follows_velocity():
    audio = played(SPANS, [-40 + v / 4 for v in VELOCITIES])
    assert dynamics.velocity_correlation(audio, SPANS, [60] * 24, VELOCITIES) == pytest.approx(1.0, abs=1e-3)


def test_level_that_does_not_care_or_falls():
    flat = played(SPANS, [-20.0] * 24)
    assert abs(dynamics.velocity_correlation(flat, SPANS, [60] * 24, VELOCITIES)) < 0.4
    falling = played(SPANS, [-10 - v / 4 for v in VELOCITIES])
    assert dynamics.velocity_correlation(falling, SPANS, [60] * 24, VELOCITIES) < -0.99


def test_pieces_of_other_levels_do_not_count_as_velocity():
    pitches = [36 if i % 2 else 42 for i in range(24)]
    velocities = [100 if p == 36 else 60 for p in pitches]
    velocities = [v + i % 3 for i, v in enumerate(velocities)]
    levels = [(-10.0 if p == 36 else -30.0) - i % 3 for i, p in enumerate(pitches)]
    assert dynamics.velocity_correlation(played(SPANS, levels), SPANS, pitches, velocities) < -0.99


def test_notes_that_begin_together_are_one_instant():
    spans = [[0.0, 0.5], [0.05, 0.5], [1.0, 1.5], [2.0, 2.5]]
    assert dynamics.alone(spans).tolist() == [False, False, True, True]
    assert dynamics.alone([]).tolist() == []
    assert dynamics.instants(spans, [64, 60, 60, 62], [80, 100, 50, 60]) == [
        (0.0, (60, 64), 90.0),
        (1.0, (60,), 50.0),
        (2.0, (62,), 60.0),
    ]
    assert dynamics.instants([], [], []) == []


def test_chords_follow_their_mean_velocity():
    spans = [span for span in SPANS for _ in range(2)]
    velocities = [v + d for v in VELOCITIES for d in (-5, 5)]
    audio = played(SPANS, [-40 + v / 4 for v in VELOCITIES])
    assert dynamics.velocity_correlation(audio, spans, [60, 67] * 24, velocities) > 0.99


def test_too_few_notes_or_one_velocity():
    audio = played(SPANS, [-20.0] * 24)
    assert dynamics.velocity_correlation(audio, SPANS[:7], [60] * 7, VELOCITIES[:7]) is None
    assert dynamics.velocity_correlation(audio, SPANS, [60] * 24, [90] * 24) is None
    assert dynamics.velocity_correlation(audio, SPANS, list(range(24)), VELOCITIES) is None
    assert dynamics.velocity_correlation(np.zeros(0), [], [], []) is None
    silent = np.zeros(7 * RATE)
    assert dynamics.velocity_correlation(silent, SPANS, [60] * 24, VELOCITIES) == 0.0


def test_long_notes_hold_or_fall():
    spans = [[0.0, 2.0], [2.5, 4.5], [5.0, 5.2]]
    assert dynamics.hold_db(played(spans, [-20.0] * 3), spans) == pytest.approx(0.0, abs=0.01)
    assert dynamics.hold_db(played(spans, [-20.0] * 3, decay=6.0), spans) == pytest.approx(-6.0, abs=0.1)
    assert dynamics.hold_db(np.zeros(RATE), spans[2:]) is None


def test_notes_beyond_the_end_and_bad_input():
    audio = played([[0.0, 2.0]], [-20.0])
    assert dynamics.hold_db(audio, [[0.0, 9.0]]) < 0
    assert dynamics.evaluate(audio, [[0.0, 2.0]], [60], [90])["velocity"] is None
    with pytest.raises(ValueError, match="pitch and a velocity"):
        dynamics.evaluate(audio, [[0.0, 2.0]], [60], [])
