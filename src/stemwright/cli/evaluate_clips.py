"""`evaluate clips`: do texts and clips that belong together lie together?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stemwright.cli import evaluate_options as arg
from stemwright.cli import options as opt
from stemwright.cli.evaluate_report import checked, finish
from stemwright.cli.watching import watching

_Bundle = Annotated[
    str, typer.Argument(metavar="BUNDLE", help="A clip encoder's folder (`train clips`).", show_default=False)
]
_Data = Annotated[Path, typer.Argument(metavar="DATA", help="The data's folder.", show_default=False)]
_Text = Annotated[str, typer.Option("--text", metavar="BUNDLE", help="The text encoder beside it.")]
_Codec = Annotated[str, typer.Option("--codec", metavar="BUNDLE", help="The codec that it hears by.")]


def clips(
    bundle: _Bundle,
    data: _Data,
    text: _Text = "text",
    codec: _Codec = "tone",
    layers: arg.Layers = "drums,bass,harmony,lead",
    split: arg.Splits = "valid",
    json: opt.Json = False,
    out: arg.Out = None,
) -> None:
    """Do texts say how clips sound? Held-out clips, encoded by the codec, against captions of them: whether
    the right one is among the nearest, and whether texts tell traits (timbre, style, brightness and more), in
    words that training never drew and in those that it did.
    """
    from stemwright.assess.text.clip_tables import clip_tables
    from stemwright.assess.text.clips import assess_clips, held_out
    from stemwright.models import load_bundle, registry

    checked(out, None)
    kinds = {"clips": bundle, "text": text, "tone": codec}
    loaded = [load_bundle(registry.find(name), kind=kind) for kind, name in kinds.items()]
    found = [each for name in split.split(",") for each in held_out(data, layers.split(","), name)]
    with watching() as watch:
        report = assess_clips(loaded[0], loaded[1], loaded[2], found, watch)
    finish(report, clip_tables(report), json, out, None)
