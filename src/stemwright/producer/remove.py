"""`remove`: a layer is taken out of a song, and put back with its notes and takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stemwright.errors import UsageError
from stemwright.producer import details
from stemwright.producer.clock import Clock
from stemwright.producer.details import RemovedLayer, ReturnedLayer
from stemwright.producer.record import Act, commit
from stemwright.producer.workspace import writing
from stemwright.song import document
from stemwright.song.document import LayerEntry
from stemwright.store import SongFolder


def remove_layer(path: Path, layer: str) -> dict[str, Any]:
    """Take a layer out of the song. Its notes, its takes and the runs that made them stay in the folder.
    UsageError for a layer that the song has not, and for its last one.
    """
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        entry = song.layer(layer)
        if len(song.layers) == 1:
            raise UsageError(
                f"layer {layer!r}: is the song's only one; import another before it is taken out",
                field="layer",
            )
        act = Act("remove", [layer], details={layer: RemovedLayer(entry.take, len(entry.takes))})
        number = commit(folder, song.without_layer(layer), act, clock)["run"]
    return {"run": number, "layer": layer, "takes": len(entry.takes)}


def bring_back(path: Path, layer: str) -> dict[str, Any]:
    """Put a layer back as it was when it was last taken out. UsageError where it never was, or the song has a
    layer of this name.
    """
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        if layer in song.layers:
            raise UsageError(
                f"layer {layer!r}: is in the song; take it out before the one of old is put back",
                field="layer",
            )
        run, entry = _last_removal(folder, layer)
        act = Act("remove", [layer], details={layer: ReturnedLayer(run)})
        number = commit(folder, song.with_layer(layer, entry), act, clock)["run"]
    return {"run": number, "layer": layer, "takes": len(entry.takes)}


def _last_removal(folder: SongFolder, layer: str) -> tuple[int, LayerEntry]:
    """The run that took a layer out last, and the layer as it was before."""
    for number in reversed(folder.runs.numbers()):
        record = folder.runs.read(number)
        if isinstance(details.of_layer(record, layer), RemovedLayer):
            sha = record["song"]["before"]
            return number, document.loads(folder.objects.get(sha), "song.json").layers[layer]
    raise UsageError(
        f"layer {layer[:40]!r}: was never taken out of this song; see: stemwright log DIR", field="layer"
    )
