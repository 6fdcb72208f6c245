"""What `diff` puts beside each other: a song as it was at a run, as it is on a branch, with another take, or
as it is in another folder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.editing.moves import at_run, known_run
from stemwright.errors import UsageError, shown
from stemwright.producer.workspace import reading
from stemwright.store import positions

if TYPE_CHECKING:
    from stemwright.song.document import Song
    from stemwright.store import SongFolder

_RUN = re.compile(r"[0-9]{1,9}")
_TAKE = re.compile(r"(.+)@([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Side:
    """A song to be compared, what it is called, and the folder that holds what it names. `layer`: the only
    one to be looked at; None: all.
    """

    name: str
    folder: SongFolder
    song: Song
    layer: str | None = None


def sides(path: Path, a: str | None, b: str | None) -> tuple[Side, Side]:
    """What is to be compared: the last change's before and after, A and the song now, or A and B. UsageError
    for a text that names nothing, and for a last change where there is none.
    """
    folder = reading(path)
    if a is None:
        return _last_change(folder)
    first = _side(folder, a)
    second = Side("now", folder, folder.load()) if b is None else _side(folder, b)
    return _alike(first, second), _alike(second, first)


def _last_change(folder: SongFolder) -> tuple[Side, Side]:
    here = positions.position(folder.runs).run
    if here == 0:
        raise UsageError(f"{folder.path}: nothing has changed this song yet; name what is to be compared")
    before = positions.parents(folder.runs, here)[0]
    return _at(folder, before), _at(folder, here)


def _at(folder: SongFolder, run: int) -> Side:
    return Side(f"run {run}" if run else "the beginning", folder, at_run(folder, run))


def _side(folder: SongFolder, text: str) -> Side:
    """The side that a text names. A run comes before a branch of the same name, this before a folder."""
    if _RUN.fullmatch(text):
        return _at(folder, known_run(folder, int(text)))
    head = positions.head(folder.runs, text)
    if head is not None:
        return replace(_at(folder, head), name=f"branch {text}")
    take = _TAKE.fullmatch(text)
    if take is not None:
        return _of_take(folder, text, take[1], int(take[2]))
    if not Path(text).is_dir():
        heads = ", ".join(positions.heads(folder.runs))
        raise UsageError(f"{shown(text)}: is no run, branch ({heads}), take (LAYER@N) or song folder")
    other = reading(Path(text))
    return Side(text, other, other.load())


def _of_take(folder: SongFolder, text: str, layer: str, number: int) -> Side:
    """A layer with one of its takes; "SONG/lead@2": of another song."""
    place = Path(layer)
    if len(place.parts) > 1:
        folder, layer = reading(place.parent), place.name
    song = folder.load()
    entry = song.layer(layer)
    if number not in [take.take for take in entry.takes]:
        have = ", ".join(str(take.take) for take in entry.takes) or "none yet"
        raise UsageError(f"layer {layer!r} has no take {number} (there is: {have})", field="layer")
    return Side(text, folder, song.with_layer(layer, entry.with_active(number)), layer)


def _alike(side: Side, other: Side) -> Side:
    """A side, looked at in one layer alone where the other is. UsageError where it has none of that name."""
    if other.layer is None or side.layer is not None:
        return side
    side.song.layer(other.layer)
    return replace(side, layer=other.layer)
