"""What a master does before its limiter: a tilt equaliser where the balance is off, and a bus compressor.

Both are common to all that sounds, so that stems under the same filter and the same gain add up to the
master.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.filters import Signal
from stemwright.native.biquads import Biquads

Doubles = NDArray[np.float64]

LOW_HZ, HIGH_HZ = 250.0, 3000.0
"""Balance is the power above HIGH_HZ against the power below LOW_HZ."""
USUAL_DB = -16.0
"""The balance of a finished pop or club mix, about: pink noise under a slope of 1.5 dB an octave more."""
TOLERANCE_DB = 5.0
"""So far from usual nothing is done."""
MAX_TILT_DB = 2.0
"""At most so much up on one side, and down on the other."""
PIVOT_HZ = 900.0

RATIO = 2.0
THRESHOLD_DB = -2.0
"""Where it begins, beside the mean level of what is loud."""
KNEE_DB = 6.0
MAX_COMPRESSION_DB = 4.0
ATTACK_MS, RELEASE_MS = 30.0, 200.0
_WINDOW_MS = 50
_GATE_DB = -10.0


def balance(signal: Signal, rate: int, first: int) -> Doubles:
    """The powers [2] of a stereo sound [n, 2] in its lows and highs, summed from sample `first` on."""
    passes = _pass(LOW_HZ, rate, high=False), _pass(min(HIGH_HZ, rate / 4), rate, high=True)
    bands = [Biquads(np.array([section]), 2).push(signal)[first:] for section in passes]
    return np.array([float(np.square(band).sum()) for band in bands])


def balancing_tilt(low: float, high: float) -> float:
    """How far highs should go up, and lows down, in dB, by the powers of both; 0 where their balance is as
    usual. To a tenth, so that an edit of a bar seldom moves it.
    """
    if min(low, high) <= 0.0:
        return 0.0
    off = USUAL_DB - 10.0 * math.log10(high / low)
    beyond = math.copysign(max(abs(off) - TOLERANCE_DB, 0.0), off)
    return round(min(max(beyond / 2, -MAX_TILT_DB), MAX_TILT_DB), 1)


def tilt(tilt_db: float, rate: int) -> Doubles:
    """A tilt equaliser as sections [2, 5]: shelves around PIVOT_HZ, highs up and lows down by so many dB."""
    return np.array([_shelf(-tilt_db, rate, high=False), _shelf(tilt_db, rate, high=True)])


def compression(powers: Doubles) -> Doubles:
    """The compressor's gain at the edges [B + 1] of steps of 1 ms, from the mean square of each step [B].

    Far from where powers change it stays the same to the bit, but for its threshold, which goes in tenths.
    """
    if not len(powers):
        return np.ones(1)
    before = np.concatenate([np.zeros(_WINDOW_MS - 1), powers])
    total = np.lib.stride_tricks.sliding_window_view(before, _WINDOW_MS).sum(axis=1)
    level = 10.0 * np.log10(total / np.minimum(np.arange(len(powers)) + 1, _WINDOW_MS) + 1e-12)
    threshold = round(_loud_db(powers), 1) + THRESHOLD_DB
    over = level - threshold
    soft = np.where(
        over <= -KNEE_DB / 2,
        0.0,
        np.where(over >= KNEE_DB / 2, over, (over + KNEE_DB / 2) ** 2 / (2 * KNEE_DB)),
    )
    wanted = np.minimum(soft * (1.0 - 1.0 / RATIO), MAX_COMPRESSION_DB)
    reduced = np.round(_followed(wanted.tolist()), 6)
    return np.asarray(10.0 ** (-np.append(reduced, reduced[-1]) / 20.0))


def _loud_db(powers: Doubles) -> float:
    """The mean level in dB of what is not more than 10 dB below the mean."""
    gate = powers.mean() * 10.0 ** (_GATE_DB / 10.0)
    loud = powers[powers > gate]
    return float(10.0 * np.log10(loud.mean() + 1e-12)) if len(loud) else 0.0


def _followed(wanted: list[float]) -> list[float]:
    """Reduction that goes up in the attack's time and down in the release's."""
    attack, release = (1.0 - math.exp(-1.0 / ms) for ms in (ATTACK_MS, RELEASE_MS))
    now, out = 0.0, []
    for value in wanted:
        now += (attack if value > now else release) * (value - now)
        out.append(now)
    return out


def _pass(hz: float, rate: int, *, high: bool) -> tuple[float, ...]:
    """A Butterworth pass of second order (R. Bristow-Johnson, Cookbook formulae for audio EQ biquads)."""
    cos, alpha = _angle(hz, rate)
    edge = (1 + cos if high else 1 - cos) / 2
    return _section((edge, -2 * edge if high else 2 * edge, edge), (1 + alpha, -2 * cos, 1 - alpha))


def _shelf(gain_db: float, rate: int, *, high: bool) -> tuple[float, ...]:
    """A shelf of slope 1 at PIVOT_HZ (the same source)."""
    cos, alpha = _angle(PIVOT_HZ, rate)
    a = 10.0 ** (gain_db / 40.0)
    root, sign = 2 * math.sqrt(a) * alpha, 1.0 if high else -1.0
    up, down = (a + 1) + sign * (a - 1) * cos, (a + 1) - sign * (a - 1) * cos
    return _section(
        (a * (up + root), -2 * sign * a * ((a - 1) + sign * (a + 1) * cos), a * (up - root)),
        (down + root, 2 * sign * ((a - 1) - sign * (a + 1) * cos), down - root),
    )


def _angle(hz: float, rate: int) -> tuple[float, float]:
    omega = 2 * math.pi * hz / rate
    return math.cos(omega), math.sin(omega) / math.sqrt(2.0)


def _section(b: tuple[float, ...], a: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(value / a[0] for value in (*b, a[1], a[2]))
