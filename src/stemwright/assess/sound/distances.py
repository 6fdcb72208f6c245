"""How far stems lie from their controls, as sets of patches, beside a control's own halves.

A first half is compared with a second, of the stem and the control in turn, so that all sets are of one size
and none holds a bar twice. FAD of so few patches is far too large, and only its ratio to the control's says
something; KAD, with a kernel as wide as the control's patches lie apart, is about 0 for the same sound and
near its top of 100 for any other. The floor: the controls of other layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemwright.assess.means import Figures, mean
from stemwright.evaluation import set_distances

Halves = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Vectors [n, D] of the patches of a sound's first and second half."""

LEAST = 4
"""Patches in each half."""


def distances(
    layers: Sequence[str], stems: Sequence[Halves], controls: Sequence[Halves]
) -> list[dict[str, Any]]:
    """Rows of `layer`, `what` (song, control, floor), `fad`, `kad`, `patches` (in both halves).

    One item a layer everywhere. A layer with fewer than LEAST patches in a half has no rows.
    """
    rows: list[dict[str, Any]] = []
    for index, layer in enumerate(layers):
        stem, control = stems[index], controls[index]
        if min(map(len, (*stem, *control))) < LEAST:
            continue
        patches = len(control[0]) + len(control[1])
        others = [
            controls[i] for i in range(len(layers)) if i != index and min(map(len, controls[i])) >= LEAST
        ]
        found = {"song": _between(control, stem), "control": _between(control, control)}
        if others:
            found["floor"] = mean([_between(control, other) for other in others])
        rows += [{"layer": layer, "what": what, "patches": patches, **row} for what, row in found.items()]
    return rows


def _between(control: Halves, other: Halves) -> Figures:
    """FAD and KAD of one's first half and the other's second, and the other way round."""
    pairs = ((control[0], other[1]), (control[1], other[0]))
    return mean([{"fad": set_distances.fad(a, b), "kad": set_distances.kad(a, b)} for a, b in pairs])
