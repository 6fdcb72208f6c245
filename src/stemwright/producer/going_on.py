"""Who plays a layer on: its performer, as it played the take that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stemwright.producer import bundles
from stemwright.producer.personal import style_again
from stemwright.producer.players import Performer, performer

if TYPE_CHECKING:
    from stemwright.song.document import LayerEntry
    from stemwright.store import SongFolder


def going_on(folder: SongFolder, entry: LayerEntry, name: str, timbre: str | None) -> Performer:
    """The layer's performer in a timbre (None: its usual one), in the personal style of the take, with
    the strength that it has there and, unless a timbre is named, in its timbre. Where no take is active, the
    newest one counts. UsageError where there is no performer, or its style cannot be played any more.
    """
    take = entry.active or next(reversed(entry.takes), None)
    if take is None or take.player is not None:
        return performer(entry, name, timbre)
    bundle = bundles.performer(entry.role(name))
    style = style_again(folder, name, take, bundle)
    if style is not None and timbre is None and take.timbre in bundle.manifest.timbres:
        timbre = take.timbre
    return performer(entry, name, timbre, style)
