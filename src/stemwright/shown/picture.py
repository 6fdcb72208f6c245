"""`show --plot`: a song as one picture, a lead sheet over piano rolls. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.errors import StemwrightError, UsageError, argument, install
from stemwright.producer.workspace import reading, require_outside
from stemwright.shown import sheet as lay
from stemwright.song.bar_map import told
from stemwright.song.state import GlobalState, bpm_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg")
DPI = 110
LEFT, RIGHT, TITLE, BOTTOM, BETWEEN = 0.95, 0.2, 0.5, 0.15, 0.16
"""Inches around and between systems."""
INK, FAINT, LINE = "#22272b", "#8b949c", "#d5dade"
LAYER_COLOURS = {"drums": "#4d5359", "bass": "#0b6fa4", "harmony": "#2a8a57", "lead": "#c4481f"}
OTHER_COLOUR = "#7a5195"
SECTION_COLOURS = (
    "#f4d58d", "#a9d6e5", "#f2b5a7", "#b7d7a8", "#d3bfe3", "#f7c6d9", "#c9d1d9", "#e6c9a8", "#a8dcd1",
)  # fmt: skip
CHORD_SIZE, SMALLEST_CHORD = 10.0, 5.0
THINNEST = 0.045
"""Inches of a note's height at least, so that it is seen; then neighbours overlap a little."""
_EM = 0.62 / 72
"""Inches that a letter is wide, per point of its size."""


def plot_song(path: Path, target: Path) -> list[Path]:
    """Draw the song at `path` into `target` (.png or .svg); returns the files.

    A song of more systems than a page holds goes on in "NAME-2.png" and so on. UsageError for another ending
    or a place inside the song; StemwrightError without matplotlib.
    """
    check_target(path, target)
    folder = reading(path)
    song = folder.load()
    sheet = lay.lay_out(song.state, folder.scores(song), song.roles)
    pages = sheet.pages()
    heading = _heading(song.title, song.state)
    counts = [
        f" · page {number} of {len(pages)}" if len(pages) > 1 else "" for number in range(1, len(pages) + 1)
    ]
    drawn = zip(pages, counts, strict=True)
    return save_pages(target, (draw_page(sheet, systems, heading + count) for systems, count in drawn))


def check_target(path: Path, target: Path) -> None:
    """UsageError where a picture of the song at `path` cannot go to `target`; StemwrightError without
    matplotlib.
    """
    if target.suffix.lower() not in FORMATS:
        raise UsageError(
            f"{argument('plot')} {str(target)[:80]!r}: name a file that ends in {' or '.join(FORMATS)}"
        )
    require_outside(path, target, "plot")
    if target.is_dir():
        raise UsageError(f"{argument('plot')} {target}: is a folder; name a file")
    _require_matplotlib()


def save_pages(target: Path, figures: Iterable[Figure]) -> list[Path]:
    """Write pages to `target`, "NAME-2.png" and so on; returns the files."""
    from stemwright.store.atomic import replacing

    files: list[Path] = []
    for number, figure in enumerate(figures, 1):
        file = target if number == 1 else target.with_stem(f"{target.stem}-{number}")
        with replacing(file) as temp:
            _save(figure, temp, target.suffix.lower()[1:])
        files.append(file)
    return files


def draw_page(sheet: lay.Sheet, systems: list[lay.System], heading: str) -> Figure:
    """A page: the heading and its systems, one below the other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width = LEFT + lay.WIDTH + RIGHT
    height = TITLE + len(systems) * (sheet.height + BETWEEN) + BOTTOM
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(LEFT / width, 1 - 0.3 / height, heading, fontsize=14, color=INK, va="center", weight="bold")
    for index, system in enumerate(systems):
        top = TITLE + index * (sheet.height + BETWEEN)
        box = (LEFT / width, 1 - (top + sheet.height) / height, lay.WIDTH / width, sheet.height / height)
        axes = figure.add_axes(box)
        axes.set(xlim=(0, sheet.ticks), ylim=(sheet.height, 0))
        axes.axis("off")
        _draw_system(axes, sheet, system)
    return figure


def _heading(title: str, state: GlobalState) -> str:
    parts = (
        title,
        lay.shown_chord(str(state.key)),
        f"{told(state.bpm, state.tempos, bpm_text)} BPM",
        told(state.meter, state.meters),
        state.style,
    )
    return " · ".join(part for part in parts if part)


def _draw_system(axes: Axes, sheet: lay.Sheet, system: lay.System) -> None:
    _draw_sections(axes, sheet, system)
    _draw_grid(axes, sheet, system)
    _draw_chords(axes, sheet, system)
    for lane in sheet.lanes:
        _draw_lane(axes, sheet, system, lane)


def _draw_sections(axes: Axes, sheet: lay.Sheet, system: lay.System) -> None:
    """The sections' names on coloured bands; in brackets where a section goes on from the system before."""
    from matplotlib.patches import Rectangle

    for label, kind, begins in sheet.sections(system):
        colour = SECTION_COLOURS[kind % len(SECTION_COLOURS)]
        axes.add_patch(Rectangle((label.tick, 0), label.room, lay.SECTION - 0.03, color=colour, lw=0))
        shade = Rectangle((label.tick, 0), label.room, sheet.height, color=colour, lw=0, alpha=0.13, zorder=0)
        axes.add_patch(shade)
        axes.text(
            label.tick + sheet.ticks * 0.004,
            lay.SECTION / 2 - 0.01,
            label.text if begins else f"({label.text})",
            fontsize=10,
            weight="bold" if begins else "normal",
            color=INK,
            va="center",
            clip_on=True,
        )


def _draw_grid(axes: Axes, sheet: lay.Sheet, system: lay.System) -> None:
    """Bar lines with bar numbers, and faint lines for the beats."""
    top, bottom = lay.SECTION + lay.NUMBERS, sheet.height
    start, end = sheet.span(system)
    bars = sheet.bar_lines(system)
    axes.vlines(sheet.beat_lines(system), lay.HEAD, bottom, color=LINE, lw=0.5, zorder=1)
    axes.vlines([*(tick for tick, _ in bars), end - start], top, bottom, color=FAINT, lw=1.0, zorder=2)
    for tick, text in bars:
        axes.text(
            tick + sheet.ticks * 0.002,
            lay.SECTION + lay.NUMBERS / 2,
            text,
            fontsize=7,
            color=FAINT,
            va="center",
        )


def _draw_chords(axes: Axes, sheet: lay.Sheet, system: lay.System) -> None:
    for label in sheet.chords(system):
        room = label.room / sheet.ticks * lay.WIDTH - 0.05
        size = max(SMALLEST_CHORD, min(CHORD_SIZE, room / (_EM * len(label.text))))
        axes.text(
            label.tick + sheet.ticks * 0.003,
            lay.SECTION + lay.NUMBERS + lay.CHORDS / 2,
            label.text,
            fontsize=size,
            color=INK,
            va="center",
        )


def _draw_lane(axes: Axes, sheet: lay.Sheet, system: lay.System, lane: lay.Lane) -> None:
    """A layer's roll: its name, its pitches, its notes, the louder the darker."""
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgb

    colour = LAYER_COLOURS.get(lane.kind, OTHER_COLOUR)
    start, stop = sheet.span(system)
    draw_frame(axes, lane, stop - start, sheet.ticks, colour)
    boxes = sheet.boxes(lane, system)
    depth = max(lane.row_height, THINNEST)
    shapes = [corners(box, lane.row_height, depth) for box in boxes]
    fills = [(*to_rgb(colour), 0.3 + 0.7 * box.velocity / 127) for box in boxes]
    axes.add_collection(PolyCollection(shapes, facecolors=fills, edgecolors="white", lw=0.25, zorder=3))


def draw_frame(axes: Axes, lane: lay.Lane, end: int, ticks: int, colour: str) -> None:
    """A lane of `end` ticks in a system of at most `ticks`: its edges, its name, the names of its rows."""
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((0, lane.top), end, lane.height, fc="white", alpha=0.55, lw=0, zorder=0.5))
    axes.add_patch(Rectangle((0, lane.top), end, lane.height, fill=False, ec=LINE, lw=0.8, zorder=1))
    names = list(lane.marks())
    axes.hlines([y for y, _ in names], 0, end, color=LINE, lw=0.5, zorder=1)
    for y, name in names:
        axes.text(-ticks * 0.003, y, name, fontsize=5.5, color=FAINT, ha="right", va="center")
    axes.text(
        -(LEFT - 0.08) / lay.WIDTH * ticks,
        lane.top + lane.height / 2,
        lane.layer,
        fontsize=8,
        weight="bold",
        color=colour,
        va="center",
        rotation=90,
        ha="left",
    )


def corners(box: lay.Box, row: float, depth: float) -> list[tuple[float, float]]:
    """The corners of a note, around the middle of its row."""
    high, low = box.top + (row - depth) / 2, box.top + (row + depth) / 2
    return [(box.left, high), (box.right, high), (box.right, low), (box.left, low)]


def _save(figure: Figure, path: Path, kind: str) -> None:
    """Write a figure; the same song gives the same bytes."""
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "stemwright"}):
        metadata = {"Software": None} if kind == "png" else {"Date": None}
        figure.savefig(path, format=kind, dpi=DPI, metadata=metadata)


def _require_matplotlib() -> None:
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError:
        raise StemwrightError(
            f"{argument('plot')} needs matplotlib; install it: {install('matplotlib')}"
        ) from None
