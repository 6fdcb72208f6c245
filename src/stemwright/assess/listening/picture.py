"""One picture a song: spectrograms of its layers over the bars that are heard, with what the score says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stemwright.assess.listening.excerpts import Bars, mono, samples
from stemwright.assess.listening.spectrogram import DPI, HEARD, LINE, MARK, panel, row, small_png
from stemwright.assess.measured_takes import Performed
from stemwright.evaluation.timing import bar_times, note_spans
from stemwright.song.layers import is_drums

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stemwright.song.state import GlobalState

WIDTH, HEIGHT = 8.2, 1.3
"""Inches: of the picture, and of each layer's panel."""
LABEL = {"facecolor": "black", "alpha": 0.6, "edgecolor": "none", "boxstyle": "square,pad=0.25"}


def picture(takes: Sequence[Performed], state: GlobalState, shown: Bars, heard: Mapping[str, Bars]) -> bytes:
    """A PNG with a panel for each of `takes` over the bars `shown`; `heard`: those of its sound file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    lines = [float(time) for time in bar_times(state.timebase, state.bars)]
    figure = Figure(figsize=(WIDTH, HEIGHT * len(takes) + 0.75), dpi=DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes: list[Axes] = list(figure.subplots(len(takes), 1, sharex=True, squeeze=False)[:, 0])
    image = None
    for made, axis in zip(takes, axes, strict=True):
        piece = mono(made.audio[samples(shown, state.timebase)])
        image = panel(axis, piece, made.layer, (lines[shown.first], lines[shown.end]))
        _marks(axis, made, state, (lines[shown.first], lines[shown.end]))
        for line in lines[shown.first + 1 : shown.end]:
            axis.axvline(line, color=LINE, lw=0.9, alpha=0.55)
        ours, beside = heard[made.layer], axis.get_xaxis_transform()
        ends = [lines[ours.first], lines[ours.end]]
        axis.plot(ends, [1, 1], color=HEARD, lw=4, solid_capstyle="butt", transform=beside, clip_on=False)
        name = f"{made.layer}, {made.take.timbre}" if made.take.timbre else made.layer
        axis.text(0.006, 0.9, name, transform=axis.transAxes, va="top", color=LINE, fontsize=8.5, bbox=LABEL)
    for bar in range(shown.first, shown.end):
        axes[0].text(
            lines[bar], 1.06, f"bar {bar + 1}", fontsize=8.5, transform=axes[0].get_xaxis_transform()
        )
    axes[-1].set_xlabel("time in the song, s", fontsize=9)
    figure.supylabel("frequency, Hz", fontsize=9)
    assert image is not None
    scale = figure.colorbar(image, ax=axes, pad=0.01, aspect=40)
    scale.set_label("dB below the layer's loudest", fontsize=9)
    scale.ax.tick_params(labelsize=8)
    return small_png(canvas)


def _marks(axis: Axes, made: Performed, state: GlobalState, span: tuple[float, float]) -> None:
    """Where the score begins notes: at their pitch, or for drums along the bottom."""
    spans = note_spans(made.score, state.timebase)
    inside = (spans[:, 0] >= span[0] - 1e-3) & (spans[:, 0] < span[1] - 1e-3)
    times = spans[inside, 0]
    if is_drums(made.layer):
        places = [2.0] * len(times)
    else:
        pitches = np.array([note.pitch for note in made.score.notes], dtype=np.float64)[inside]
        places = row((440.0 * 2.0 ** ((pitches - 69.0) / 12.0)).tolist())
    axis.scatter(times, places, marker="|", s=42, lw=1.1, color=MARK, alpha=0.9, zorder=4)
