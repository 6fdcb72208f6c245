"""`remix`: a new arrangement in another style, under layers that are kept and the chords."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.compose.arranger import decide
from stemwright.editing.change import Change, change
from stemwright.editing.ground import replaced
from stemwright.errors import UsageError
from stemwright.producer.create import usual_timbre
from stemwright.producer.seeds import check_seed, layer_seed
from stemwright.song.layers import kind_of
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.song.document import Song
    from stemwright.store import SongFolder


def remix(
    path: Path,
    style: str,
    keep: Collection[str] = (),
    seed: int | None = None,
    watch: Watch = unwatched,
    *,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Every layer but those that are kept, and recordings, written by the arranger in the style, in its
    sounds. Chords, tempo and form stay. UsageError for an unknown style or layer, or where all is kept.
    """
    from stemwright.compose.styles import played

    name = played(style)
    if seed is not None:
        check_seed(seed)

    def planned(folder: SongFolder, song: Song) -> Change:
        for layer in keep:
            song.layer(layer)
        anew = [layer for layer in song.layers if layer not in keep and kind_of(song.role(layer)) != "audio"]
        if not anew:
            raise UsageError(
                "keep: names every layer; leave one out that is to be arranged anew", field="keep"
            )
        state = decide(song.state.with_(style=name, rhythm=None), song.seed)
        after = replace(song, state=state)
        for layer in anew:
            entry = replace(
                after.layers[layer], score_sha256=None, timbre=usual_timbre(name, song.role(layer))
            )
            after = after.with_layer(layer, entry)
        tasks = tuple(replaced(folder, after, layer, _seed(song, layer, seed)) for layer in anew)
        return Change("remix", f"{name}" + (f", {', '.join(keep)} kept" if keep else ""), after, tasks=tasks)

    return change(path, planned, watch, dry_run=dry_run)


def _seed(song: Song, layer: str, seed: int | None) -> int:
    return layer_seed(song.seed, layer, song.layers[layer].next_take) if seed is None else seed
