"""`vary`: some of a layer's notes in some bars made others, the rest kept."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.compose.arranger import arrange
from stemwright.editing.carried import Objects, with_score
from stemwright.editing.change import Change, change
from stemwright.editing.ground import performed, plays, with_scores
from stemwright.errors import UsageError, argument
from stemwright.producer.bars import parse_bars
from stemwright.producer.seeds import check_seed, layer_seed
from stemwright.song.layers import kind_of
from stemwright.song.score import Note, Score
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.producer.bars import Span
    from stemwright.song.document import Song
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

ONE_VOICE = ("bass", "lead")
"""Kinds of layers whose notes end where the next one begins."""


def vary(
    path: Path,
    layer: str,
    bars: str,
    amount: float = 0.3,
    seed: int | None = None,
    watch: Watch = unwatched,
    *,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Other notes in about `amount` (0 to 1) of the beats of bars "A-B", as the arranger would play there
    with another seed. UsageError for an amount or bars that cannot be, or a layer that no performer plays.
    """
    if not 0 < amount <= 1:
        raise UsageError(f"{argument('amount')} {amount:g}: give more than 0, to 1")

    def planned(folder: SongFolder, song: Song) -> Change:
        return _planned(folder, song, layer, parse_bars(bars, song.state), amount, seed)

    return change(path, planned, watch, dry_run=dry_run)


def _planned(
    folder: SongFolder, song: Song, layer: str, span: Span, amount: float, seed: int | None
) -> Change:
    entry = song.layer(layer)
    if entry.active is None or not plays(song, layer):
        raise UsageError(
            f"layer {layer!r}: has no take by a performer yet; make it with: stemwright generate DIR"
        )
    own = layer_seed(song.seed, f"{layer} vary", entry.next_take) if seed is None else check_seed(seed)
    old, role = folder.score(entry.active.score_sha256, layer), song.role(layer)
    heard = {song.role(name): score for name, score in folder.scores(song).items() if name != layer}
    other = arrange(song.state, (role,), own, song.variation, heard, tuple(song.roles.values())).scores[role]
    varied = mixed(old, other, song.state, span.bars, amount, own)
    if kind_of(role) in ONE_VOICE:
        varied = _one_voice(varied, song.state, span)
    after = song
    objects: Objects = ()
    if entry.score_sha256 is not None:
        after, objects = with_scores(song, {layer: varied})
    part = with_score(folder, entry.active, varied, range(entry.active.frames))
    task = performed(folder, after, layer, part.take, span.bars)
    task = replace(task, wanted=replace(task.wanted, seed=own))

    what = f"{layer}, bars {span}, by {amount:g}"
    touched = frozenset({layer})
    return Change("vary", what, after, objects, {layer: part}, (task,), varied=touched, keeps_origins=True)


def mixed(old: Score, other: Score, state: GlobalState, bars: range, amount: float, seed: int) -> Score:
    """The old notes, but in about `amount` of the beats of some bars (from 0) those of the other score."""
    first, end = state.lines.beat(bars.start), state.lines.beat(bars.stop)
    chosen = {beat for beat in range(first, end) if _drawn(seed, beat) < amount}

    def is_other(note: Note) -> bool:
        return state.lines.beat_of_tick(note.onset) in chosen

    kept = [note for note in old.notes if not is_other(note)]
    return Score.from_notes([*kept, *(note for note in other.notes if is_other(note))]).without_overlaps()


def _drawn(seed: int, beat: int) -> float:
    """A number from 0 to 1 for a beat, the same on every machine."""
    digest = hashlib.sha256(f"stemwright vary 1\n{seed}\n{beat}".encode("ascii")).digest()
    return int.from_bytes(digest[:4], "little") / 2**32


def _one_voice(score: Score, state: GlobalState, span: Span) -> Score:
    """The score in which notes that begin before or in some bars end where the next one begins there."""
    start, end = span.ticks(state)
    onsets = [note.onset for note in score.notes if start <= note.onset < end]
    made = []
    for note in score.notes:
        later = next((onset for onset in onsets if note.onset < onset < note.end), None)
        made.append(note if later is None else replace(note, duration=later - note.onset))
    return Score.from_notes(made)
