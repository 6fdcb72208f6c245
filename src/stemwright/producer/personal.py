"""A personal style beside a performer: which one, how much of it, and what takes and runs tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError, argument
from stemwright.producer import bundles, details
from stemwright.producer.details import ByPerformer

if TYPE_CHECKING:
    from stemwright.models import Bundle
    from stemwright.song.document import Song, Take
    from stemwright.store import SongFolder

STRENGTH = 0.8
"""Of a style where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Style:
    """An adapter and how much of it is heard, above 0."""

    bundle: Bundle
    strength: float

    @property
    def timbre(self) -> str | None:
        """The performer's timbre that the style was learnt beside; None where it was none."""
        return next(iter(self.bundle.manifest.timbres), None)

    def facts(self) -> dict[str, Any]:
        """As runs tell of it; a take's key holds this too."""
        manifest = self.bundle.manifest
        return {"name": manifest.name, "sha256": self.bundle.sha256, "strength": self.strength}


def styles_of(song: Song, names: tuple[str, ...], style_of: str | None, strength: float) -> dict[str, Style]:
    """The style of each layer that has a part in it, checked against its performer; none at strength 0.
    UsageError where there is no such style, it has no part for a layer that is named, or for any.
    """
    from stemwright.models import require_base
    from stemwright.models.adapter import check_strength
    from stemwright.models.personal import load_style, require_style

    if style_of is None:
        return {}
    strength, parts = check_strength(strength), require_style(style_of)
    out: dict[str, Style] = {}
    for layer in names or tuple(song.layers):
        performer = bundles.performer_or_none(song.role(layer))
        part = None if performer is None else parts.get(performer.manifest.name)
        if performer is None or part is None:
            if names:
                raise UsageError(
                    f"{argument('style_of')} {style_of}: has no part for {layer}, it has {', '.join(parts)}"
                )
            continue
        style = load_style(part)
        require_base(style, performer)
        out[layer] = Style(style, strength)
    if not out:
        raise UsageError(
            f"{argument('style_of')} {style_of}: plays {', '.join(parts)}, and the song has no such layer"
        )
    return {} if strength == 0.0 else out


def style_of_take(folder: SongFolder, layer: str, take: Take) -> dict[str, Any] | None:
    """What the run that made a take tells of its style; None where it had none."""
    made = details.of_take(folder, layer, take)
    return made.by.style if made is not None and isinstance(made.by, ByPerformer) else None
