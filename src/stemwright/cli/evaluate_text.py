"""`evaluate text`: how well prompts are understood."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stemwright.cli import evaluate_options as arg
from stemwright.cli import options as opt
from stemwright.cli.evaluate_report import checked, finish
from stemwright.cli.watching import watching

_Bundle = Annotated[
    str, typer.Argument(metavar="[BUNDLE]", help="An encoder by name or folder. Default: the installed one.")
]
_Captions = Annotated[
    Path | None,
    typer.Option(
        "--captions",
        metavar="FILE",
        help="A table of your own: caption, style, bpm, key, meter, tabs between, - for nothing. Default: "
        "300 that were written by hand.",
        show_default=False,
    ),
]


def text(
    bundle: _Bundle = "text", captions: _Captions = None, json: opt.Json = False, out: arg.Out = None
) -> None:
    """Are prompts understood? The style of captions as people write, beside grammar alone and a sentence
    model that others trained; tempo, key and meter where they say them; time and size.
    """
    from stemwright.assess.text.captions import SHIPPED, read_captions
    from stemwright.assess.text.measuring import assess_text
    from stemwright.assess.text.tables import text_tables
    from stemwright.models import load_bundle, registry

    checked(out, None)
    loaded = load_bundle(registry.find(bundle), kind="text")
    with watching() as watch:
        report = assess_text(loaded, read_captions(captions or SHIPPED), watch)
    finish(report, text_tables(report), json, out, None)
