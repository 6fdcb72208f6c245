"""Tempos: exact beats a minute, as text, as JSON, and changing at bars."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from stemwright.errors import UsageError
from stemwright.song.bar_map import Changes, parse_map

MIN_BPM, MAX_BPM = 30, 300
BPM_DECIMALS = 6
_BPM = re.compile(r"[0-9]{1,20}(\.[0-9]{0,20})?")


def parse_bpm(text: str) -> Fraction:
    """Beats a minute, exact, from "112" or "97.3": 30..300, at most 6 decimals. UsageError otherwise."""
    plain = text.strip()
    if not _BPM.fullmatch(plain):
        raise _bad_bpm(text)
    bpm = Fraction(plain)
    check_bpm(bpm, text)
    return bpm


def bpm_text(bpm: Fraction) -> str:
    """The exact decimal of a BPM: "112", "97.3"."""
    whole, millionths = divmod(round(bpm * 10**BPM_DECIMALS), 10**BPM_DECIMALS)
    return f"{whole}.{millionths:0{BPM_DECIMALS}d}".rstrip("0").rstrip(".")


def parse_tempos(text: str) -> tuple[Fraction, Changes[Fraction]]:
    """A tempo and its changes from "112" or "112, 9: 126". UsageError otherwise."""
    return parse_map(text, "bpm", parse_bpm)


def check_bpm(bpm: Fraction, text: str) -> None:
    """UsageError, which shows a text, where a song cannot have this tempo."""
    if not MIN_BPM <= bpm <= MAX_BPM:
        raise _bad_bpm(text)
    if (bpm * 10**BPM_DECIMALS).denominator != 1:
        raise UsageError(f"bpm: {text[:40]!r} has more than {BPM_DECIMALS} decimals; round it", field="bpm")


def _bad_bpm(text: str) -> UsageError:
    return UsageError(
        f"bpm: {text[:40]!r} is not a tempo; give a number from {MIN_BPM} to {MAX_BPM}, e.g. 97.3",
        field="bpm",
    )


def bpm_to_json(bpm: Fraction) -> int | float:
    """An int, or the float whose shortest writing is the exact decimal."""
    return bpm.numerator if bpm.denominator == 1 else float(bpm_text(bpm))


def bpm_from_json(value: object, name: str) -> Fraction:
    """The tempo that `bpm_to_json` gave (floats may be Decimals). UsageError with its field's name."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise UsageError(f"{name}: {str(value)[:40]!r} is not a number; give {MIN_BPM} to {MAX_BPM}")
    return parse_bpm(str(value))
