"""Numbers that others write: in files, over a wire, from a program."""

from __future__ import annotations

import math


def finite(value: object) -> float | None:
    """A finite number as a float; None for anything else, also true and false, and whole numbers without
    end.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
