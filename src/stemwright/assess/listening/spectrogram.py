"""A spectrogram as one panel of a picture, and pictures as small files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stemwright.assess.listening.excerpts import RATE, Audio
from stemwright.song.layers import is_drums

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import Colormap
    from matplotlib.image import AxesImage

Levels = NDArray[np.float64]

DPI = 100
WINDOW = {True: 2048, False: 4096}
"""Samples: short for drums, long for notes."""
STEP = 640
ROWS = 110
FREQUENCIES = np.geomspace(35.0, RATE / 2, ROWS)
TICKS = {50: "50", 200: "200", 1000: "1k", 5000: "5k", 16000: "16k"}
RANGE_DB = 64.0
SHADES = 16
"""Steps of 4 dB: fewer shades make a smaller file and hide nothing that matters."""
GREYS = 10
"""Of the file's palette, for lines and letters."""
MARK, LINE, HEARD = "#00e5ff", "#ffffff", "#2b7a9b"


def panel(axis: Axes, audio: Audio, layer: str, span: tuple[float, float]) -> AxesImage:
    """Draw mono `audio` [N] at 48 kHz, from `span[0]` to `span[1]` seconds, relative to its loudest point."""
    level = levels(audio, WINDOW[is_drums(layer)])
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
    axis.set_yticks(row(list(TICKS)), list(TICKS.values()))
    axis.set_ylim(0, ROWS)
    axis.tick_params(labelsize=8)
    return image


def levels(audio: Audio, window: int) -> Levels:
    """Level in dB of `audio` [N] by FREQUENCIES and time [ROWS, frames]; frames are centred, STEP apart."""
    padded = np.pad(audio.astype(np.float64), window // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::STEP]
    shape = np.hanning(window + 1)[:-1]
    points = 4 * window  # between the bins, so that low notes are not steps
    magnitudes = np.abs(np.fft.rfft(frames * shape, points, axis=1)) * 2 / shape.sum()
    edges = np.sqrt(FREQUENCIES[1:] * FREQUENCIES[:-1])
    edges = np.concatenate([[FREQUENCIES[0]], edges, [FREQUENCIES[-1]]]) * points / RATE
    rows = []
    for low, high in pairwise(edges.tolist()):
        first = int(low)
        rows.append(magnitudes[:, first : max(int(np.ceil(high)), first + 1)].max(axis=1))
    return np.asarray(20 * np.log10(np.maximum(np.stack(rows), 1e-7)))


def row(hertz: Sequence[float]) -> list[float]:
    """Where frequencies stand on a panel's axis, in rows from its bottom."""
    places = np.interp(np.log(np.asarray(hertz, dtype=np.float64)), np.log(FREQUENCIES), np.arange(ROWS))
    return [float(place) + 0.5 for place in places]


def small_png(canvas: FigureCanvasAgg) -> bytes:
    """A drawn picture as a PNG in its own few colours."""
    from matplotlib.colors import to_rgb
    from PIL import Image

    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]  # type: ignore[no-untyped-call]
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
