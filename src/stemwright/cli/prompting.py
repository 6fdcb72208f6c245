"""`explain`: what was understood of a prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines, table

if TYPE_CHECKING:
    from stemwright.producer.wish import Wish

_Prompt = Annotated[
    str, typer.Argument(metavar="PROMPT", help="What a song is to be like, in English.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command(
        "explain", epilog="Example: stemwright explain 'slow bossa in G minor, nylon guitar, no bass'"
    )(explain)


def explain(prompt: _Prompt, json: opt.Json = False) -> None:
    """Tell what `song --prompt` and `new --prompt` would understand: each field with the words that say it,
    what was not understood, and the song that would be started. Nothing is written.
    """
    from stemwright.face.choices import explain as explained

    facts = explained(prompt).to_json()
    if json:
        emit_json(facts)
        return
    table(("field", "understood", "from the words"), map(_row, facts["understood"]))
    lines(_rest(facts))
    state = facts["state"]
    form = f"form drawn for about {facts['length']}" if state["form"] == "auto" else state["form"]
    lines([f"song: {facts['style']}, {state['bpm']} bpm, {state['key']}, {state['meter']}, {form}"])
    lines([f"layers: {', '.join(f'{name} ({timbre})' for name, timbre in facts['layers'].items())}"])


def say_prompt(wish: Wish) -> None:
    """What was not understood of a wish's prompt, what options overrule, which style was likest."""
    from stemwright.shown.prompting import explain as explained

    if wish.prompt is not None:
        lines(_rest(explained(wish)))


def _row(field: Mapping[str, Any]) -> tuple[str, str, str]:
    value = field["value"]
    return (
        field["field"],
        ", ".join(map(str, value)) if isinstance(value, list) else str(value),
        field["said"],
    )


def _rest(facts: Mapping[str, Any]) -> Iterable[str]:
    """What is no field: the likest style, the words of the style vector, what was not understood."""
    if facts["style_by"] == "likeness":
        yield f"style: no name of one; likest are {', '.join(facts['nearest_styles'])}"
    if facts["words"]:
        yield f"taken into the style alone: {', '.join(facts['words'])}"
    if facts["unread"]:
        yield f"not understood: {', '.join(facts['unread'])}"
    yield from facts["remarks"]
