"""What is still bad, in sentences made of the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stemwright.assess.listening.figures import FIGURES, Figure, Row, means

MIX_LUFS, LUFS_CLOSE = -14.0, 0.5

Stems = Sequence[tuple[str, Row]]
"""Rows of layers, each with its style."""
Mixes = Sequence[tuple[str, dict[str, Any]]]
"""Sides of mixes, each with its style."""


def worse_than_control(stems: Stems) -> str:
    """A point for each figure that is worse than the control's in some stem, those first that are so in most,
    and one for all others.
    """
    points: list[tuple[float, str]] = []
    fine = []
    for figure in FIGURES:
        known = [(style, row) for style, row in stems if figure.worse(row) is not None]
        found = [(style, row) for style, row in known if figure.is_worse(row)]
        if found:
            points.append((len(found) / len(known), _point(figure, known, found)))
        elif known:
            fine.append(figure.title.split(",")[0])
    said = [text for _, text in sorted(points, key=lambda point: -point[0])]
    if fine:
        names = ", ".join(fine)
        said.append(f"- **In no stem worse than the control** by more than a small margin: {names}.")
    return "\n".join(said) or "- What is worse than a control is not known: there was none."


def levels(mixes: Mixes) -> str:
    """Which mixes miss the loudness."""
    missed = [
        f"{style} ({side['song']['loudness_lufs']:.1f})"
        for style, side in mixes
        if abs(side["song"]["loudness_lufs"] - MIX_LUFS) > LUFS_CLOSE
    ]
    if not missed:
        return f"all {len(mixes)} mixes are within {LUFS_CLOSE:g} LU of {MIX_LUFS:g} LUFS"
    return f"{len(missed)} of {len(mixes)} mixes are not at {MIX_LUFS:g} LUFS: {', '.join(missed)}"


def faults(stems: Stems) -> str:
    """Which stems have which faults."""
    found = [f"{row['layer']} {fault} ({style})" for style, row in stems for fault in row["faults"]]
    if not found:
        return f"none of the {len(stems)} stems is silent where it should sound, clips, hums or ends in noise"
    return f"{sum(bool(row['faults']) for _, row in stems)} of the {len(stems)} stems: {', '.join(found)}"


def _point(figure: Figure, known: Stems, found: Stems) -> str:
    """Means by layer beside the control's, how many stems are worse, and the worst of them."""
    layers = dict.fromkeys(row["layer"] for _, row in known)
    of_layer = {name: means([row for _, row in known if row["layer"] == name]) for name in layers}
    said = ", ".join(f"{name} {_beside(figure, row)}" for name, row in of_layer.items())
    style, worst = max(found, key=lambda item: figure.worse(item[1]) or 0.0)
    name = f"{worst['layer']} ({worst['timbre']})" if worst["timbre"] else worst["layer"]
    count = f"Worse by more than {figure.margin:g}: {len(found)} of {len(known)} stems"
    title = figure.title[0].upper() + figure.title[1:]
    most = f"most of all the {name} in {style}: {_beside(figure, worst)}"
    return f"- **{figure.bad}.** {title}: {said}. {count}, {most}."


def _beside(figure: Figure, row: Row) -> str:
    return f"{figure.text(row['song'])} ({figure.text(row['control'])})"
