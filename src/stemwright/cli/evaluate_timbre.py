"""`evaluate timbre`: what a timbre does to recordings of other instruments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stemwright.cli import evaluate_options as arg
from stemwright.cli import options as opt
from stemwright.cli.evaluate_report import checked, finish
from stemwright.cli.watching import watching
from stemwright.errors import UsageError

_Bundle = Annotated[
    str, typer.Argument(metavar="BUNDLE", help="The timbre, by name or folder.", show_default=False)
]
_Inputs = Annotated[
    list[Path],
    typer.Argument(
        metavar="FOLDER...", help="Recordings of an instrument each, one at a time.", show_default=False
    ),
]
_Target = Annotated[
    Path,
    typer.Option(
        "--target",
        metavar="FOLDER",
        help="Recordings of the timbre's own instrument that it was not trained on.",
        show_default=False,
    ),
]


def timbre(
    bundle: _Bundle,
    inputs: _Inputs,
    target: _Target,
    clips: arg.Clips = 8,
    json: opt.Json = False,
    out: arg.Out = None,
) -> None:
    """Does a timbre keep what is played, and does it sound like its instrument?

    Pitch by swift-f0 and level, of input and output; distance to the target by
    long-term spectra and musicnn, before and after, beside the target itself.
    Latency, share of a core, and whether it streams as it plays the whole.
    """
    from stemwright.assess.timbre.measuring import assess_timbre, read_set
    from stemwright.assess.timbre.tables import timbre_tables
    from stemwright.models import registry

    if clips < 1:
        raise UsageError(f"--clips {clips}: give a number above 0")
    checked(out, None)
    sets = [read_set(folder, clips) for folder in inputs]
    with watching() as watch:
        report = assess_timbre(registry.find(bundle), sets, read_set(target, clips), watch)
    finish(report, timbre_tables(report), json, out, None)
