"""Who writes the notes of a layer's takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stemwright.errors import argument
from stemwright.producer import bundles, details
from stemwright.producer.wanted import ARRANGER, COMPOSER, GIVEN, Writer

if TYPE_CHECKING:
    from stemwright.song.document import LayerEntry, Take
    from stemwright.store import SongFolder

OTHERWISE = f", or leave {argument('composer')} out"
"""What else to do where there is no composer that fits."""


def writer_for(entry: LayerEntry, composer: bool) -> Writer:
    """Who writes a layer's next take. UsageError where it is the composer and there is none."""
    if entry.score_sha256 is not None:
        return Writer(GIVEN)
    return Writer(COMPOSER, bundles.composer_bundle(OTHERWISE).sha256) if composer else Writer(ARRANGER)


def writer_of(folder: SongFolder, take: Take, layer: str) -> Writer:
    """Who wrote what was new in a take, as its run tells; runs from before there was a choice do not."""
    made = details.of_take(folder, layer, take)
    return Writer(ARRANGER) if made is None else Writer(made.writer, made.composer)
