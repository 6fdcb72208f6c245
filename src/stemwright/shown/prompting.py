"""`explain`: what was understood of a prompt, what was not, and the song that it would start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from stemwright.producer.create import draft, usual_timbre
from stemwright.producer.prompted import prompted, understand
from stemwright.producer.wish import Wish
from stemwright.song.document import Song
from stemwright.song.form import AUTO
from stemwright.song.rhythm import swing_text

_FIELDS = (
    "style", "bpm", "pace", "key", "meter", "form", "length", "chords", "only", "without", "instruments",
    "voices", "swing", "density", "dynamics", "moods",
)  # fmt: skip
NEAREST = 3
"""Styles that are told where none is named."""


def explain(wish: Wish) -> dict[str, Any]:
    """What was understood of a wish's prompt, with the words that say it; `words`: what only the style vector
    took in, `unread`: what nothing did; `remarks`: what cannot be had, and what options overrule; the `state`
    and the timbres of `layers` of the song that it starts. UsageError as of `understand`.
    """
    asked = prompted(wish)
    found = asked.understood or understand(wish.prompt or "")
    song = draft(Path("song"), replace(wish, seed=wish.seed or 0))
    drawn = (asked.wish.form or "").strip().lower() == AUTO
    style = song.state.style
    return {
        "prompt": found.prompt,
        "understood": [
            {"field": name, "value": _value(found, name), "said": found.said[name]}
            for name in _FIELDS
            if name in found.said
        ],
        "style": style,
        "style_by": "likeness"
        if found.likest and style == found.style
        else "name"
        if found.style
        else "default",
        "nearest_styles": list(found.ranking[:NEAREST]),
        "words": list(found.words),
        "unread": list(found.unread),
        "remarks": [*asked.remarks],
        "state": _state(song, drawn),
        "length": asked.wish.length,
        "layers": {
            name: entry.timbre or usual_timbre(style, song.role(name)) for name, entry in song.layers.items()
        },
    }


def prompt_facts(wish: Wish) -> dict[str, Any]:
    """The same as a result has it, `prompt`; nothing where there is none."""
    return {} if wish.prompt is None else {"prompted": explain(wish)}


def _value(found: Any, name: str) -> Any:
    """A field's value in plain words."""
    value = getattr(found, name, None)
    if name == "instruments":
        return [instrument.said for instrument in found.instruments]
    if name == "voices":
        return "none"
    if name == "swing":
        return swing_text(value) if value is not None else None
    if name == "key":
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _state(song: Song, drawn: bool) -> dict[str, Any]:
    """The state without what is decided later; a form that is drawn for each seed is told as such."""
    state = song.state
    return {
        "bpm": state.to_json()["bpm"],
        "key": str(state.key),
        "meter": str(state.meter),
        "form": AUTO if drawn else state.form,
        "swing": None if state.rhythm is None else swing_text(state.rhythm.swing),
        "density": state.density,
        "dynamics": state.dynamics,
    }
