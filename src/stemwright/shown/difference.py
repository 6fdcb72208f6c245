"""`diff --plot`: two songs as one piano roll; what stays is grey, what is new and what is gone have a colour
each. Needs matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.shown import picture as draw
from stemwright.shown import sheet as lay
from stemwright.song.layers import kind_of
from stemwright.song.score import PPQ, Note

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from stemwright.editing.differences import Differences, LayerDifference
    from stemwright.editing.note_changes import BarNote, NoteChanges

STAYS, NEW, GONE = "#b9bfc5", "#0b6fa4", "#d1491b"
NUMBERS, CHORD = 0.18, 0.2
HEAD = NUMBERS + 2 * CHORD
"""Inches above the lanes: bar numbers, chords that are gone, chords as they are."""
CHORD_SIZE = 9.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A pair of bars as drawn: its index, left edge and width in ticks from the system's left."""

    pair: int
    left: int
    ticks: int


System = list[Bar]


def plot_differences(path: Path, found: Differences, target: Path) -> list[Path]:
    """Draw the differences that were found in the song at `path` into `target` (.png or .svg); returns the
    files, "NAME-2.png" and so on where a page does not hold all. Errors as of `picture.plot_song`.
    """
    draw.check_target(path, target)
    lanes, height = _lanes(found)
    systems = list(_systems(found))
    each = max(1, min(lay.SYSTEMS, int(lay.PAGE / height)))
    pages = [systems[at : at + each] for at in range(0, len(systems), each)] or [[]]
    figures = (draw_page(found, lanes, page, height) for page in pages)
    return draw.save_pages(target, figures)


def draw_page(
    found: Differences, lanes: list[tuple[LayerDifference, lay.Lane]], systems: list[System], height: float
) -> Figure:
    """A page of systems, one below the other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width = draw.LEFT + lay.WIDTH + draw.RIGHT
    whole = draw.TITLE + len(systems) * (height + draw.BETWEEN) + draw.BOTTOM
    figure = Figure(figsize=(width, whole), facecolor="white")
    FigureCanvasAgg(figure)
    _heading(figure, found, width, whole)
    ticks = max((system[-1].left + system[-1].ticks for system in systems), default=1)
    for index, system in enumerate(systems):
        top = draw.TITLE + index * (height + draw.BETWEEN)
        box = (draw.LEFT / width, 1 - (top + height) / whole, lay.WIDTH / width, height / whole)
        axes = figure.add_axes(box)
        axes.set(xlim=(0, ticks), ylim=(height, 0))
        axes.axis("off")
        _draw_bars(axes, found, system, height, ticks)
        for layer, lane in lanes:
            _draw_lane(axes, found, layer, lane, system, ticks)
    return figure


def _heading(figure: Figure, found: Differences, width: float, height: float) -> None:
    y = 1 - 0.28 / height
    title = f"{found.after.song.title}: {found.before.name} → {found.after.name}"
    figure.text(draw.LEFT / width, y, title, fontsize=14, color=draw.INK, va="center", weight="bold")
    for index, (colour, text) in enumerate(((STAYS, "stays"), (NEW, "new"), (GONE, "gone"))):
        x = 1 - (draw.RIGHT + 0.75 * (3 - index)) / width
        figure.text(x, y, f"■ {text}", fontsize=11, color=colour, va="center")


def _lanes(found: Differences) -> tuple[list[tuple[LayerDifference, lay.Lane]], float]:
    """A lane for each layer whose notes differ, for all that have notes where none do; and the height."""
    differing = [layer for layer in found.layers if any(layer.notes)]
    differing = differing or [layer for layer in found.layers if _pitches(layer)]
    lanes: list[tuple[LayerDifference, lay.Lane]] = []
    top = HEAD
    for layer in differing:
        drums = _drums(found, layer)
        notes = [Note(0, 1, pitch, 1) for pitch in _pitches(layer)]
        lane = lay.lane(layer.name, "drums" if drums else "lead", top, notes)
        lanes.append((layer, lane))
        top += lane.height + lay.GAP
    return lanes, top


def _drums(found: Differences, layer: LayerDifference) -> bool:
    song = found.after.song if layer.after is not None else found.before.song
    return kind_of(song.role(layer.name)) == "drums"


def _pitches(layer: LayerDifference) -> set[int]:
    return {note.pitch for bar in layer.notes for note, _ in _notes_of(bar)}


def _notes_of(bar: NoteChanges) -> Iterator[tuple[BarNote, str]]:
    """The notes of a pair of bars, each in its colour."""
    yield from ((note, STAYS) for note in bar.kept)
    yield from ((note, GONE) for note in (*bar.removed, *(each.before for each in bar.changed)))
    yield from ((note, NEW) for note in (*bar.added, *(each.after for each in bar.changed)))


def _systems(found: Differences) -> Iterator[System]:
    """The systems in which something differs, all where nothing does or the song is short."""
    system: System = []
    systems: list[System] = []
    left = 0
    for index in range(len(found.pairs)):
        ticks = _ticks(found, index)
        if system and left + ticks > lay.QUARTERS * PPQ:
            systems.append(system)
            system, left = [], 0
        system.append(Bar(index, left, ticks))
        left += ticks
    systems.append(system)
    differing = [each for each in systems if any(_differs(found, bar.pair) for bar in each)]
    yield from differing if differing and len(systems) > lay.SYSTEMS else systems


def _differs(found: Differences, pair: int) -> bool:
    return (
        None in found.pairs[pair] or pair in found.chords or any(layer.notes[pair] for layer in found.layers)
    )


def _ticks(found: Differences, pair: int) -> int:
    """How long a pair of bars is drawn: as its longer one."""
    sides = zip(found.pairs[pair], (found.before, found.after), strict=True)
    return max(side.song.state.meter_of(bar).ticks_per_bar for bar, side in sides if bar is not None)


def _draw_bars(axes: Axes, found: Differences, system: System, height: float, ticks: int) -> None:
    """Bar lines, numbers, chords; bars that are new or gone on their colour."""
    from matplotlib.patches import Rectangle

    end = system[-1].left + system[-1].ticks
    axes.vlines([*(bar.left for bar in system), end], 0, height, color=draw.FAINT, lw=0.8, zorder=2)
    for bar in system:
        before, after = found.pairs[bar.pair]
        colour = NEW if before is None else GONE if after is None else ""
        if colour:
            axes.add_patch(
                Rectangle((bar.left, 0), bar.ticks, height, color=colour, lw=0, alpha=0.1, zorder=0)
            )
        number = (after if after is not None else before or 0) + 1
        words = f"{number} new" if before is None else f"({number}) gone" if after is None else str(number)
        x = bar.left + ticks * 0.003
        axes.text(x, NUMBERS / 2, words, fontsize=7, color=colour or draw.FAINT, va="center")
        for row, (text, ink) in enumerate(_chords(found, bar.pair)):
            y = NUMBERS + (row + 0.5) * CHORD
            room = bar.ticks / ticks * lay.WIDTH - 0.05
            size = min(CHORD_SIZE, room / (0.6 / 72 * max(1, len(text))))
            axes.text(x, y, text, fontsize=max(4.0, size), color=ink, va="center")


def _chords(found: Differences, pair: int) -> list[tuple[str, str]]:
    """What was, where it is gone, over what is, each in its colour."""
    if pair in found.chords:
        before, after = found.chords[pair]
        return [(lay.shown_chord(before or ""), GONE), (lay.shown_chord(after or ""), NEW)]
    text = found.chord_text(pair)
    return [("", STAYS), (lay.shown_chord(text), draw.FAINT)]


def _draw_lane(
    axes: Axes, found: Differences, layer: LayerDifference, lane: lay.Lane, system: System, ticks: int
) -> None:
    from matplotlib.collections import PolyCollection

    end = system[-1].left + system[-1].ticks
    draw.draw_frame(axes, lane, end, ticks, draw.INK)
    depth = max(lane.row_height, draw.THINNEST)
    for wanted, order in ((STAYS, 3), (GONE, 4), (NEW, 5)):
        shapes = []
        for bar in system:
            for note, colour in _notes_of(layer.notes[bar.pair]):
                if colour == wanted:
                    left = bar.left + note.tick
                    right = min(left + (lay.STROKE if lane.drums else note.duration), end)
                    box = lay.Box(left, max(right, left + 1), lane.y(note.pitch), note.velocity)
                    shapes.append(draw.corners(box, lane.row_height, depth))
        axes.add_collection(
            PolyCollection(shapes, facecolors=wanted, edgecolors="white", lw=0.25, zorder=order)
        )
