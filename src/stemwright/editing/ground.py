"""What changes of a song are planned from: its takes in other bars, and the tasks that make bars anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from stemwright.editing.carried import Carried, Objects, carried
from stemwright.producer import bundles
from stemwright.producer.bars import Span
from stemwright.producer.going_on import going_on
from stemwright.producer.players import Performer
from stemwright.producer.tasks import Task
from stemwright.producer.wanted import ARRANGER, Edit, Wanted, Writer
from stemwright.producer.writers import writer_of
from stemwright.song.layers import is_drums, kind_of
from stemwright.song.rebarred import Source

if TYPE_CHECKING:
    from stemwright.song.document import Song, Take
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder


def spans(bars: Iterable[int]) -> tuple[Span, ...]:
    """Bars (from 0) as spans without gaps, upwards."""
    numbered = enumerate(sorted(set(bars)))
    groups = [[bar for _, bar in group] for _, group in groupby(numbered, lambda item: item[1] - item[0])]
    return tuple(Span(found[0] + 1, found[-1] + 1) for found in groups)


def bars_text(bars: Iterable[int]) -> str:
    """Bars (from 0) as a musician names them: "5-8, 12"."""
    return ", ".join(str(span.first) if span.first == span.last else str(span) for span in spans(bars))


def plays(song: Song, layer: str) -> bool:
    """Whether a layer's active take is a performer's, so that bars of it can be made anew."""
    take = song.layers[layer].active
    return take is not None and take.player is None


def is_pitched(song: Song, layer: str) -> bool:
    """Whether a layer has notes that chords and keys mean something to."""
    role = song.role(layer)
    return not is_drums(role) and kind_of(role) != "audio"


def with_scores(song: Song, scores: Mapping[str, Score]) -> tuple[Song, Objects]:
    """The song with other given notes of some layers, and these as objects that it names."""
    for layer, score in scores.items():
        entry = replace(song.layers[layer], score_sha256=score.sha256)
        song = song.with_layer(layer, entry)
    return song, tuple(("score", score.canonical_bytes()) for score in scores.values())


def given_scores(folder: SongFolder, song: Song) -> dict[str, Score]:
    """The notes that layers were given."""
    found = {layer: entry.score_sha256 for layer, entry in song.layers.items()}
    return {layer: folder.score(sha, layer) for layer, sha in found.items() if sha is not None}


def all_carried(
    folder: SongFolder, old: Song, new: GlobalState, sources: Sequence[Source]
) -> dict[str, Carried]:
    """The active takes of all layers in the bars of another state."""
    active = {layer: entry.active for layer, entry in old.layers.items()}
    return {
        layer: carried(folder, layer, take, old.state, new, sources)
        for layer, take in active.items()
        if take is not None
    }


def rewritten(folder: SongFolder, song: Song, layer: str, ground: Take, bars: Iterable[int]) -> Task:
    """The task that has the arranger write some bars (from 0) of a take anew, and them performed."""
    edit = Edit(ground, spans(bars))
    return _task(folder, song, layer, ground, edit, None, Writer(ARRANGER))


def performed(folder: SongFolder, song: Song, layer: str, ground: Take, bars: Sequence[int] | None) -> Task:
    """The task that has the notes of a take performed anew, in some bars (from 0) or, None, in all."""
    edit = None if bars is None else Edit(ground, spans(bars))
    active = song.layers[layer].active
    writer = Writer(ARRANGER) if active is None else writer_of(folder, active, layer)
    return _task(folder, song, layer, ground, edit, ground, writer)


def replaced(folder: SongFolder, song: Song, layer: str, seed: int) -> Task:
    """The task that has the arranger write a layer whole, and it performed."""
    entry = song.layers[layer]
    player = going_on(folder, entry, layer, None)
    return Task(Wanted(layer, song.role(layer), entry.next_take, seed, Writer(ARRANGER), None, None), player)


def _task(
    folder: SongFolder,
    song: Song,
    layer: str,
    ground: Take,
    edit: Edit | None,
    again: Take | None,
    writer: Writer,
) -> Task:
    entry, role = song.layers[layer], song.role(layer)
    wanted = Wanted(layer, role, entry.next_take, ground.seed, writer, edit, again)
    return Task(wanted, _player(folder, song, layer, ground.timbre))


def _player(folder: SongFolder, song: Song, layer: str, timbre: str) -> Performer:
    """The layer's performer in the timbre of a take, where it still has that."""
    entry = song.layers[layer]
    known = timbre in bundles.timbres_of(entry.role(layer))
    return going_on(folder, entry, layer, timbre if known else None)
