"""`train watch`: runs while they go."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json
from stemwright.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from stemwright.assess.watch.follow import Followed

LOOK, DRAW = 1.0, 10.0
"""Seconds between two looks at the logs, and between two pictures."""

_Runs = Annotated[
    list[Path],
    typer.Argument(metavar="FOLDER...", help="Folders of training runs.", show_default=False),
]
_Once = Annotated[bool, typer.Option("--once", help="Show what there is and end.")]
_Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        help="Draw the curves into FILE, .png or .svg, anew as they grow (plot extra).",
        show_default=False,
    ),
]


def watch(folders: _Runs, once: _Once = False, plot: _Plot = None, json: opt.Json = False) -> None:
    """Follow training runs by their logs: losses, held-out figures, pace, time left, with small curves.

    Ends with the last run, or at Ctrl-C, which stops no training. Where output is no terminal, what there is
    now is shown once.
    """
    from rich.console import Console

    from stemwright.assess.pictures import check_picture
    from stemwright.assess.watch.follow import Followed

    if plot is not None:
        check_picture(plot)
    runs, console = [Followed(folder) for folder in folders], Console()
    if json or once or not console.is_terminal:
        _show_once(runs, console, plot, json)
        return
    try:
        _follow(runs, console, plot)
    except KeyboardInterrupt:
        return


def _show_once(runs: list[Followed], console: Console, plot: Path | None, json: bool) -> None:
    from stemwright.assess.watch.page import Page

    for run in runs:
        run.read()
        if run.written is None:
            raise UsageError(f"{run.path}: is not there; give the folder of a training run")
    _draw(runs, plot)
    if json:
        emit_json({"runs": [run.facts() for run in runs]})
    else:
        console.print(Page(runs))


def _follow(runs: list[Followed], console: Console, plot: Path | None) -> None:
    from rich.live import Live

    from stemwright.assess.watch.page import Page

    due, stale = 0.0, False
    with Live(console=console, auto_refresh=False) as live:
        while True:
            news = [run.read() for run in runs]
            stale = stale or any(news)
            over = all(run.over for run in runs)
            if stale and (over or time.monotonic() >= due):
                _draw(runs, plot)
                due, stale = time.monotonic() + DRAW, False
            live.update(Page(runs, console.height), refresh=True)
            if over:
                return
            time.sleep(LOOK)


def _draw(runs: list[Followed], plot: Path | None) -> None:
    if plot is None:
        return
    from stemwright.assess.pictures import run_curves
    from stemwright.assess.watch.follow import timed

    run_curves(plot, {run.name: (timed(run.seen.train), timed(run.seen.held_out)) for run in runs})
