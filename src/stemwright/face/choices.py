"""What there is to choose from, styles and timbres, and what a prompt chooses."""

from __future__ import annotations

from stemwright.face.facts import Explained, Styles, Timbres


def styles() -> Styles:
    """Every style that a new song may have."""
    from stemwright.shown.catalogue import styles

    return Styles.read(styles())


def explain(prompt: str) -> Explained:
    """What `new` and `make_song` would understand of a prompt. UsageError for what is none or contradicts
    itself.
    """
    from stemwright.producer.wish import Wish
    from stemwright.shown.prompting import explain

    return Explained.read(explain(Wish(prompt=prompt)))


def timbres(layer: str | None = None) -> Timbres:
    """The timbres of each layer, or of one. UsageError for a layer that no bundle plays."""
    from stemwright.shown.catalogue import timbres

    return Timbres.read(timbres(layer))
