"""What there is to choose from: styles and timbres."""

from __future__ import annotations

from stemwright.face.facts import Styles, Timbres


def styles() -> Styles:
    """Every style that a new song may have."""
    from stemwright.shown.catalogue import styles

    return Styles.read(styles())


def timbres(layer: str | None = None) -> Timbres:
    """The timbres of each layer, or of one. UsageError for a layer that no bundle plays."""
    from stemwright.shown.catalogue import timbres

    return Timbres.read(timbres(layer))
