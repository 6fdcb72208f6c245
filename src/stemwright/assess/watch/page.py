"""What a terminal shows of runs: where each is, and two curves of it side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from stemwright.assess.watch.dots import drawn, span
from stemwright.assess.watch.follow import Followed, Stepped, timed

SHOWN = 8
"""Figures of a step, at most."""
QUIET = 120.0
"""Seconds without a line after which that is said."""
LOWEST, HIGHEST, WIDEST = 3, 10, 120
"""Lines that a curve has, and columns of the page."""
BETWEEN = 3


class Page:
    """A page of runs, as wide as the terminal, as high as it if that is known (`rows`)."""

    def __init__(self, runs: Sequence[Followed], rows: int | None = None) -> None:
        self.runs, self.rows = runs, rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        free = HIGHEST if self.rows is None else (self.rows - 1) // len(self.runs) - 4
        height = min(HIGHEST, max(LOWEST, free))
        width = (min(WIDEST, options.max_width) - BETWEEN) // 2
        for run in self.runs:
            yield from run_lines(run, width, height, _can_show(console, "⠿"))


def run_lines(run: Followed, width: int, height: int, braille: bool) -> list[Text]:
    """The lines of a run: where it is, its figures, and its curves, each `width` wide."""
    facts, seen, name = run.facts(), run.seen, _ending(run.name, width // 2)
    if not facts["there"]:
        return [_cut(Text.assemble((name, "bold"), f"  waiting: {run.path.name} is not there yet"))]
    lines = [Text.assemble((name, "bold"), "  ", "  ".join(_where(run)))]
    if len(seen.figures) > 1:
        figures = [f"{name} {value:.4g}" for name, value in sorted(seen.figures.items())[:SHOWN]]
        lines.append(Text("  ".join(figures), "dim"))
    best = f", best {facts['best']:.4g} at step {facts['best_step']}" if seen.held_out else ""
    left = _curve(seen.figure or "training", "", seen.train, width, height, braille)
    right = _curve("held out", best, seen.held_out, width, height, braille)
    for first, second in zip(left, right, strict=True):
        lines.append(Text.assemble((first.ljust(width + BETWEEN), "cyan"), (second, "green")))
    return [_cut(line) for line in lines]


def _ending(name: str, most: int) -> str:
    """The end of a long name, which tells more than its beginning."""
    return name if len(name) <= most else "…" + name[len(name) - most + 1 :]


def _curve(name: str, more: str, points: Stepped, width: int, height: int, braille: bool) -> list[str]:
    """A line that tells the last value and what the picture spans, and the picture."""
    if not points:
        return [f"{name} -"[:width], *[""] * height]
    low, high = span(timed(points))
    title = f"{name} {points[-1][2]:.4g}{more}  [{low:.4g} to {high:.4g}]"
    return [title[:width], *drawn(timed(points), width, height, braille)]


def _where(run: Followed) -> list[str]:
    facts = run.facts()
    told = [f"step {facts['step']}", f"{clock(facts['seconds'])} of training"]
    if facts["done"] is not None:
        told.append(f"{facts['done']:.0%}")
    if run.over:
        told.append("over")
    elif facts["seconds_left"] is not None:
        told.append(f"{clock(facts['seconds_left'])} left")
    if facts["examples_per_second"] is not None:
        told.append(f"{facts['examples_per_second']:.3g} examples/s")
    if facts["learning_rate"] is not None:
        told.append(f"rate {facts['learning_rate']:.2g}")
    if not run.over and facts["quiet_seconds"] > QUIET:
        told.append(f"nothing new for {clock(facts['quiet_seconds'])}")
    if facts["unreadable_lines"]:
        told.append(f"lines that cannot be read: {facts['unreadable_lines']}")
    return told


def clock(seconds: float) -> str:
    """Hours, minutes and seconds: "1:02:03"."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _cut(line: Text) -> Text:
    line.no_wrap, line.overflow = True, "ellipsis"
    return line


def _can_show(console: Console, sign: str) -> bool:
    try:
        sign.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
