"""One picture a song: spectrograms of its layers over the bars that are heard, with what the score says."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from listening.excerpts import Audio, Bars
from stemwright.assess.song import Part
from stemwright.evaluation.timing import bar_times, note_spans
from stemwright.song.layers import is_drums
from stemwright.song.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

Levels = NDArray[np.float64]

WIDTH, HEIGHT, DPI = 8.2, 1.3, 100
"""Inches: of the picture, and of each layer's panel."""
WINDOW = {True: 1024, False: 2048}
"""Samples: short for drums, long for notes."""
STEP = 320
ROWS = 110
FREQUENCIES = np.geomspace(35.0, SAMPLE_RATE / 2, ROWS)
TICKS = {50: "50", 200: "200", 1000: "1k", 5000: "5k"}
RANGE_DB = 64.0
SHADES = 16
"""Steps of 4 dB: fewer shades make a smaller file and hide nothing that matters."""
GREYS = 10
"""Of the file's palette, for lines and letters."""
MARK, LINE, HEARD = "#00e5ff", "#ffffff", "#2b7a9b"
LABEL = {"facecolor": "black", "alpha": 0.6, "edgecolor": "none", "boxstyle": "square,pad=0.25"}


def picture(parts: Sequence[Part], shown: Bars, heard: Mapping[str, Bars]) -> bytes:
    """A PNG with a panel for each of `parts` over the bars `shown`; `heard`: those of its sound file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    state = parts[0].state
    lines = bar_times(state.timebase, state.bars)
    span = (float(lines[shown.first]), float(lines[shown.end]))
    figure = Figure(figsize=(WIDTH, HEIGHT * len(parts) + 0.75), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes: list[Axes] = list(figure.subplots(len(parts), 1, sharex=True, squeeze=False)[:, 0])
    image = None
    for part, axis in zip(parts, axes, strict=True):
        window = WINDOW[is_drums(part.layer)]
        piece = part.stem.audio[state.timebase.bar_sample(shown.first) : state.timebase.bar_sample(shown.end)]
        level = levels(piece, window)
        image = axis.imshow(
            level - float(level.max(initial=-200.0)),
            extent=(*span, 0.0, float(ROWS)),
            vmin=-RANGE_DB,
            vmax=0.0,
            cmap=_shades(),
            origin="lower",
            aspect="auto",
            interpolation="nearest",
        )
        _marks(axis, part, span)
        for line in lines[shown.first + 1 : shown.end]:
            axis.axvline(float(line), color=LINE, lw=0.9, alpha=0.55)
        ours, beside = heard[part.layer], axis.get_xaxis_transform()
        ends = [float(lines[ours.first]), float(lines[ours.end])]
        axis.plot(ends, [1, 1], color=HEARD, lw=4, solid_capstyle="butt", transform=beside, clip_on=False)
        name = f"{part.layer}, {part.timbre}" if part.timbre else part.layer
        axis.text(0.006, 0.9, name, transform=axis.transAxes, va="top", color=LINE, fontsize=8.5, bbox=LABEL)
        axis.set_yticks(row(list(TICKS)), list(TICKS.values()))
        axis.set_ylim(0, ROWS)
        axis.tick_params(labelsize=8)
    for bar in range(shown.first, shown.end):
        where = axes[0].get_xaxis_transform()
        axes[0].text(float(lines[bar]), 1.06, f"bar {bar + 1}", fontsize=8.5, transform=where)
    axes[-1].set_xlabel("time in the song, s", fontsize=9)
    figure.supylabel("frequency, Hz", fontsize=9)
    assert image is not None
    scale = figure.colorbar(image, ax=axes, pad=0.01, aspect=40)
    scale.set_label("dB below the layer's loudest", fontsize=9)
    scale.ax.tick_params(labelsize=8)
    canvas.draw()
    return small_png(np.asarray(canvas.buffer_rgba())[:, :, :3])


def levels(audio: Audio, window: int) -> Levels:
    """Level in dB of `audio` [N] by FREQUENCIES and time [ROWS, frames]; frames are centred, STEP apart."""
    padded = np.pad(audio.astype(np.float64), window // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::STEP]
    shape = np.hanning(window + 1)[:-1]
    points = 4 * window  # between the bins, so that low notes are not steps
    magnitudes = np.abs(np.fft.rfft(frames * shape, points, axis=1)) * 2 / shape.sum()
    edges = np.sqrt(FREQUENCIES[1:] * FREQUENCIES[:-1])
    edges = np.concatenate([[FREQUENCIES[0]], edges, [FREQUENCIES[-1]]]) * points / SAMPLE_RATE
    rows = []
    for low, high in pairwise(edges.tolist()):
        first = int(low)
        rows.append(magnitudes[:, first : max(int(np.ceil(high)), first + 1)].max(axis=1))
    return np.asarray(20 * np.log10(np.maximum(np.stack(rows), 1e-7)))


def row(hertz: Sequence[float]) -> list[float]:
    """Where frequencies stand on a panel's axis, in rows from its bottom."""
    places = np.interp(np.log(np.asarray(hertz, dtype=np.float64)), np.log(FREQUENCIES), np.arange(ROWS))
    return [float(place) + 0.5 for place in places]


def small_png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of `pixels` [H, W, 3] in the picture's own few colours."""
    from matplotlib.colors import to_rgb
    from PIL import Image

    greys = [(grey, grey, grey) for grey in np.linspace(0.0, 1.0, GREYS).tolist()]
    shades = [tuple(shade[:3]) for shade in _shades()(np.arange(SHADES)).tolist()]
    colours = np.array([*shades, *greys, to_rgb(MARK), to_rgb(HEARD)])
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.rint(colours * 255).astype(np.uint8).tobytes())
    buffer = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _shades() -> Colormap:
    import matplotlib

    return matplotlib.colormaps["magma"].resampled(SHADES)


def _marks(axis: Axes, part: Part, span: tuple[float, float]) -> None:
    """Where the score begins notes: at their pitch, or for drums along the bottom."""
    spans = note_spans(part.score, part.state.timebase)
    inside = (spans[:, 0] >= span[0] - 1e-3) & (spans[:, 0] < span[1] - 1e-3)
    times = spans[inside, 0]
    if is_drums(part.layer):
        places = [2.0] * len(times)
    else:
        pitches = np.array([note.pitch for note in part.score.notes], dtype=np.float64)[inside]
        places = row((440.0 * 2.0 ** ((pitches - 69.0) / 12.0)).tolist())
    axis.scatter(times, places, marker="|", s=42, lw=1.1, color=MARK, alpha=0.9, zorder=4)
