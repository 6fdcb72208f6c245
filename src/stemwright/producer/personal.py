"""A personal style beside a performer: which one, how much of it, and what takes and runs tell of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.producer import bundles, details
from stemwright.producer.details import ByPerformer

if TYPE_CHECKING:
    from pathlib import Path

    from stemwright.models import Bundle
    from stemwright.song.document import Song, Take
    from stemwright.store import SongFolder

STRENGTH = 0.8
"""Of a style where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Style:
    """A style's adapter and how much of it is heard, above 0. `name`: where it is found, whatever its bundle
    is called. `another`: the take that goes on in it was played in one of the same name that has been
    learnt anew since.
    """

    name: str
    bundle: Bundle
    strength: float
    another: bool = False

    @property
    def timbre(self) -> str | None:
        """The performer's timbre that the style was learnt beside; None where it was none."""
        return next(iter(self.bundle.manifest.timbres), None)

    def facts(self) -> dict[str, Any]:
        """As runs tell of it; a take's key holds this too."""
        return {"name": self.name, "sha256": self.bundle.sha256, "strength": self.strength}


def styles_of(
    song: Song, names: tuple[str, ...], style_of: str | None, strength: float
) -> dict[str, Style | None]:
    """Of each layer that a style is asked for, and that has a part in it, the style, checked against its
    performer; None for none, by name or at strength 0. Empty where nothing is asked for. UsageError where
    there is no such style, it has no part for a layer that is named, or for any.
    """
    from stemwright.models.adapter import check_strength
    from stemwright.models.personal import NONE, require_style

    if style_of is None:
        return {}
    strength = check_strength(strength)
    if style_of == NONE:
        return dict.fromkeys(names or tuple(song.layers))
    parts = require_style(style_of)
    out: dict[str, Style | None] = {}
    for layer in names or tuple(song.layers):
        performer = bundles.performer_or_none(song.role(layer))
        part = None if performer is None else parts.get(performer.manifest.name)
        if performer is not None and part is not None:
            out[layer] = _style(part, performer, strength)
        elif names:
            raise UsageError(
                f"{argument('style_of')} {style_of}: has no part for {layer}, it has {', '.join(parts)}"
            )
    if not out:
        raise UsageError(
            f"{argument('style_of')} {style_of}: plays {', '.join(parts)}, and the song has no such layer"
        )
    return dict.fromkeys(out) if strength == 0.0 else out


def _style(part: Path, performer: Bundle, strength: float) -> Style:
    """A style's part at a path. UsageError where it was learnt beside another performer."""
    from stemwright.models import require_base
    from stemwright.models.personal import load_style

    bundle = load_style(part)
    require_base(bundle, performer)
    return Style(part.parent.name, bundle, strength)


def style_again(folder: SongFolder, layer: str, take: Take, performer: Bundle) -> Style | None:
    """The style that a take was played in, with its strength, to go on in it; None where it was none.
    UsageError where it is not here any more, or was learnt beside another performer.
    """
    from stemwright.models.adapter import check_strength
    from stemwright.models.personal import NONE, style_layers

    told = style_of_take(folder, layer, take)
    if told is None:
        return None
    name, strength = told.get("name"), told.get("strength")
    if not isinstance(name, str):
        raise StemwrightError(
            f"runs/{take.run:06d}.json: the style of {layer} has no name; restore the file from a copy"
        )
    part = style_layers(name).get(performer.manifest.name)
    without = f"to go on without it: generate DIR {layer} {argument('style_of')} {NONE}"
    if part is None:
        raise UsageError(
            f"layer {layer!r}: take {take.take} is in the style {name!r}, which is not here any more; "
            f"{without}"
        )
    try:
        style = _style(part, performer, check_strength(strength))
    except UsageError as error:
        raise UsageError(f"layer {layer!r}: {error.marked}; {without}") from None
    return replace(style, another=style.bundle.sha256 != told.get("sha256"))


def notes_style(style_of: str | None, strength: float) -> str | None:
    """The style file of the user's that a personal style has learnt from notes; None where it has learnt
    none, or none of it is asked for."""
    from stemwright.compose.stylebook.files import own_files
    from stemwright.models.adapter import check_strength
    from stemwright.models.personal import NONE, notes_of

    if style_of is None or style_of == NONE or check_strength(strength) == 0.0:
        return None
    told = notes_of(style_of)
    return told["style"] if told is not None and told["style"] in own_files() else None


def is_of_notes(style_of: str | None) -> bool:
    """Whether a personal style has learnt nothing but notes."""
    from stemwright.models.personal import NONE, notes_of, style_layers

    if style_of is None or style_of == NONE:
        return False
    return notes_of(style_of) is not None and not style_layers(style_of)


def style_of_take(folder: SongFolder, layer: str, take: Take) -> dict[str, Any] | None:
    """What the run that made a take tells of its style; None where it had none."""
    made = details.of_take(folder, layer, take)
    return made.by.style if made is not None and isinstance(made.by, ByPerformer) else None
