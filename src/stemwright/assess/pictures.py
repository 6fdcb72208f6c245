"""Pictures of what was measured: spectrogram pairs, onset histograms, learning curves; PNG files.

Needs matplotlib, the `plot` extra.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stemwright.assess.curves import Curve, Points
from stemwright.assess.recordings import Audio
from stemwright.assess.watch.dots import span
from stemwright.errors import StemwrightError, UsageError, argument, install, shown
from stemwright.song.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg")
DPI = 110
SECONDS = 6.0
"""Of each sound in a spectrogram."""
WINDOW, STEP = 1024, 256
RANGE_DB = 80.0
ROWS = 200
FREQUENCIES = np.geomspace(40.0, SAMPLE_RATE / 2, ROWS)
TICKS = {50: "50", 100: "100", 200: "200", 500: "500", 1000: "1k", 2000: "2k", 5000: "5k", 10000: "10k"}
ONSET_MS = 100
INK, CONTROL, FAINT = "#1f4e79", "#b0563b", "#9aa3ab"


def require(folder: Path) -> Path:
    """`folder`, made where it is not there. StemwrightError without matplotlib, UsageError for a file."""
    _require_matplotlib()
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{argument('plot')}: {folder} is a file; name a folder")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def check_picture(target: Path) -> None:
    """StemwrightError without matplotlib, UsageError where no picture can go to `target`."""
    _require_matplotlib()
    if target.suffix.lower() not in FORMATS:
        raise UsageError(
            f"{argument('plot')} {shown(str(target))}: name a file that ends in {' or '.join(FORMATS)}"
        )
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise UsageError(f"{argument('plot')} {shown(str(target))}: name a file in a folder that is there")


def _require_matplotlib() -> None:
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError:
        raise StemwrightError(
            f"{argument('plot')} needs matplotlib; install it: {install('matplotlib')}"
        ) from None


def file_name(*parts: str) -> str:
    """A plain file name of these parts."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", "_".join(parts)).strip("-") + ".png"


def spectrograms(path: Path, title: str, sounds: Mapping[str, Audio]) -> Path:
    """Spectrograms of sounds side by side, over the loudest SECONDS of the first one."""
    start = _loudest(next(iter(sounds.values())))
    levels = {
        name: _levels(sound[start : start + round(SECONDS * SAMPLE_RATE)]) for name, sound in sounds.items()
    }
    top = max(float(level.max()) for level in levels.values())
    figure, axes = _figure(1, len(levels), 4.6 * len(levels) + 0.8, 3.6, sharey=True)
    for axis, (name, level) in zip(axes, levels.items(), strict=True):
        first = start / SAMPLE_RATE
        image = axis.imshow(
            level,
            extent=(first, first + level.shape[1] * STEP / SAMPLE_RATE, 0, len(level)),
            vmin=top - RANGE_DB,
            vmax=top,
            cmap="magma",
            origin="lower",
            aspect="auto",
        )
        axis.set(title=name, xlabel="time, s")
        axis.set_yticks(np.interp(list(TICKS), FREQUENCIES, np.arange(ROWS)) + 0.5, list(TICKS.values()))
    axes[0].set_ylabel("frequency, Hz")
    figure.colorbar(image, ax=axes, label="level, dB", pad=0.015)
    return _save(figure, path, title)


def onset_histogram(path: Path, title: str, offsets: Mapping[str, NDArray[np.float64]], notes: int) -> Path:
    """How late detected onsets are, in ms: the first entry as bars, others as outlines."""
    figure, (axis,) = _figure(1, 1, 6.4, 3.6)
    edges = (np.arange(-ONSET_MS, ONSET_MS + 5, 5) - 2.5).tolist()
    for i, (name, values) in enumerate(offsets.items()):
        inside = float(np.mean(np.abs(values) <= 30)) if len(values) else 0.0
        label = f"{name}: {len(values)} of {notes} onsets found, {inside:.0%} of them within 30 ms"
        axis.hist(
            values,
            edges,
            label=label,
            color=INK if i == 0 else CONTROL,
            histtype="stepfilled" if i == 0 else "step",
            lw=1.5,
            alpha=0.8 if i == 0 else 1.0,
        )
    axis.axvspan(-30, 30, color=FAINT, alpha=0.18, lw=0, zorder=0)
    axis.axvline(0, color="black", lw=0.8)
    axis.set(
        xlabel="detected onset after the score's, ms (grey: counts as right)",
        ylabel="onsets",
        xlim=(-ONSET_MS, ONSET_MS),
    )
    figure.legend(frameon=False, fontsize=8, loc="outside lower left")
    return _save(figure, path, title)


def draw_curves(folder: Path, curves: Sequence[Curve]) -> list[Path]:
    """A PNG for all runs of codecs and one for each run of a performer, in `folder`."""
    codecs = [curve for curve in curves if curve.kind == "codec"]
    groups = [codecs] * bool(codecs) + [[curve] for curve in curves if curve.kind != "codec"]
    return [
        learning_curves(folder / file_name("curve", group[0].name if len(group) == 1 else "codecs"), group)
        for group in groups
    ]


def learning_curves(path: Path, curves: Sequence[Curve]) -> Path:
    """Held-out figures of runs of one kind over training time, and their parts below."""
    names = list(dict.fromkeys(part for curve in curves for part in curve.parts))
    performer = curves[0].kind == "performer"
    panels = 2 if performer else 1 + len(names)
    figure, axes = _figure(1, panels, 4.4 * panels, 3.6, sharex=True)
    colours = [f"C{i}" for i in range(len(curves))]
    for curve, colour in zip(curves, colours, strict=True):
        _line(axes[0], curve.train, color=colour, lw=0.8, alpha=0.35)
        _line(axes[0], curve.held_out, color=colour, lw=1.8, marker="o", ms=3, label=curve.name)
        if curve.judged_from is not None:
            for axis in axes:
                axis.axvline(curve.judged_from / 60, color=colour, lw=0.8, ls=":")
    axes[0].set_ylabel("nats a token" if performer else "total distance")
    axes[0].set_title("held out (thick) and training (thin)", fontsize=9)
    if performer:
        _codebooks(axes[1], curves[0])
    else:
        for axis, name in zip(axes[1:], names, strict=True):
            for curve, colour in zip(curves, colours, strict=True):
                _line(axis, curve.parts.get(name, []), color=colour, lw=1.8, marker="o", ms=3)
            axis.set(ylabel=name)
            axis.set_title(f"held out: {name}", fontsize=9)
    for axis in axes:
        axis.set_xlabel("training time, minutes")
    axes[0].legend(frameon=False, fontsize=8)
    return _save(figure, path, "")


def run_curves(path: Path, runs: Mapping[str, tuple[Points, Points]]) -> Path:
    """What runs have learnt so far, from training and held out, into a .png or .svg file, which is never
    half there.
    """
    figure, axes = _figure(1, 2, 10.0, 3.8)
    for axis, kind, title in zip(axes, (0, 1), ("training", "held out"), strict=True):
        for name, points in runs.items():
            dots = {"marker": "o", "ms": 3} if kind else {}
            _line(axis, points[kind], lw=1.4, label=name, **dots)
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("training time, minutes")
        low, high = span(sorted(point for points in runs.values() for point in points[kind]))
        if high > low:
            axis.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    if any(first or second for first, second in runs.values()):
        axes[0].legend(*_labels(axes), frameon=False, fontsize=8)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    _save(figure, part, "").replace(path)
    return path


def _labels(axes: Sequence[Axes]) -> tuple[list[Any], list[str]]:
    """The lines of all axes, one of each name."""
    found = {
        label: line for axis in axes for line, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    return list(found.values()), list(found)


def _codebooks(axis: Axes, curve: Curve) -> None:
    import matplotlib

    colours = matplotlib.colormaps["viridis"](np.linspace(0, 0.9, len(curve.parts)))
    for (name, points), colour in zip(curve.parts.items(), colours, strict=True):
        _line(axis, points, color=colour, lw=1.4, label=name.removeprefix("codebook "))
    axis.set(ylabel="nats a token")
    axis.set_title(f"held out, by codebook: {curve.name}", fontsize=9)
    axis.legend(frameon=False, fontsize=7, ncols=4)


def _line(axis: Axes, points: Points, **style: object) -> None:
    if points:
        seconds, values = np.array(points).T
        axis.plot(seconds / 60, values, **style)  # type: ignore[arg-type]


def _figure(rows: int, columns: int, width: float, height: float, **more: bool) -> tuple[Figure, list[Axes]]:
    """A figure that no window belongs to, and its axes in a list."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = list(figure.subplots(rows, columns, squeeze=False, **more).flat)  # type: ignore[call-overload]
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=8)
    return figure, axes


def _save(figure: Figure, path: Path, title: str) -> Path:
    if title:
        figure.suptitle(title, fontsize=10)
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    return path


def _levels(piece: Audio) -> NDArray[np.float64]:
    """Level in dB of a sound by FREQUENCIES and time [ROWS, frames]."""
    padded = np.pad(piece.astype(np.float64), WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::STEP]
    window = np.hanning(WINDOW + 1)[:-1]
    magnitudes = np.abs(np.fft.rfft(frames * window, axis=1)) * 2 / window.sum()
    places = FREQUENCIES * WINDOW / SAMPLE_RATE
    below = np.minimum(places.astype(np.int64), WINDOW // 2 - 1)
    part = places - below
    rows = magnitudes[:, below] * (1 - part) + magnitudes[:, below + 1] * part
    return np.asarray(20 * np.log10(np.maximum(rows.T, 1e-7)))


def _loudest(sound: Audio) -> int:
    """Where the loudest stretch of SECONDS begins, in samples, on a grid of half a second."""
    size, grid = round(SECONDS * SAMPLE_RATE), SAMPLE_RATE // 2
    energy = np.concatenate([[0.0], np.cumsum(sound.astype(np.float64) ** 2)])
    starts = np.arange(0, max(len(sound) - size, 0) + 1, grid)
    return int(starts[np.argmax(energy[np.minimum(starts + size, len(sound))] - energy[starts])])
