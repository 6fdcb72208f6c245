"""A blind look: stem and control as two panels, A and B, in an order that the page tells at its end only."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stemwright.assess.listening.excerpts import Audio, Bars, mono, samples
from stemwright.assess.listening.songs import SEED
from stemwright.assess.listening.spectrogram import DPI, panel, small_png
from stemwright.song.layers import LAYERS

if TYPE_CHECKING:
    from stemwright.song.timebase import Timebase

SIZE = (8.2, 2.9)
"""Inches of a picture."""


@dataclass(frozen=True, slots=True)
class Look:
    """A layer of a song in two panels."""

    style: str
    layer: str
    timbre: str
    bars: Bars
    control_first: bool

    @property
    def file(self) -> str:
        """The picture's name."""
        return f"{self.style}-{self.layer}-look.png"

    @property
    def title(self) -> str:
        """Layer, timbre, song."""
        return f"{self.layer}{f', {self.timbre},' if self.timbre else ''} in {self.style}"


def turns(styles: Sequence[str], layers: Sequence[str] = LAYERS) -> list[tuple[str, str]]:
    """The looks' styles and layers: every style at least once, every layer in turn."""
    count = max(len(styles), len(layers))
    return [(styles[i % len(styles)], layers[i % len(layers)]) for i in range(count)]


def control_first(style: str, layer: str) -> bool:
    """Whether A is the control: the same at every run."""
    return random.Random(f"{SEED} {style} {layer}").random() < 0.5


def draw(look: Look, stem: Audio, control: Audio, timebase: Timebase) -> bytes:
    """The picture of a look."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, dpi=DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    sounds = (control, stem) if look.control_first else (stem, control)
    seconds = float(timebase.bar_seconds) * (look.bars.end - look.bars.first)
    for axis, name, sound in zip(figure.subplots(1, 2, sharey=True), "AB", sounds, strict=True):
        panel(axis, mono(sound[samples(look.bars, timebase)]), look.layer, (0.0, seconds))
        axis.set_title(name, fontsize=11)
    figure.supxlabel("time, s", fontsize=9)
    figure.supylabel("frequency, Hz", fontsize=9)
    return small_png(canvas)
