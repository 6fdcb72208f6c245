"""`edit`: another chord, tempo, key, meter, style or title; and what follows from it for every layer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.compose.arranger import decide
from stemwright.editing.carried import Carried, with_score
from stemwright.editing.change import Change, change
from stemwright.editing.ground import (
    bars_text,
    given_scores,
    is_pitched,
    performed,
    plays,
    replaced,
    rewritten,
    with_scores,
)
from stemwright.editing.keys import in_key, key_state
from stemwright.errors import UsageError, argument, shown
from stemwright.producer.bars import parse_bars
from stemwright.producer.wanted import GIVEN
from stemwright.producer.writers import writer_of
from stemwright.song.harmony import Key
from stemwright.song.layers import kind_of
from stemwright.song.meter import parse_meters
from stemwright.song.names import check_title
from stemwright.song.progression import parse_progression
from stemwright.song.rebarred import Source, frame_sources, rebarred_score
from stemwright.song.score import Score
from stemwright.song.tempo import parse_tempos
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.producer.tasks import Task
    from stemwright.song.document import Song
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

_CHORDS = re.compile(r"\s*([0-9]+(?:-[0-9]+)?)\s*:(.*)", re.DOTALL)
AT_ONCE = ("chords", "bpm", "key", "meter", "style")


@dataclass(frozen=True, slots=True)
class Edits:
    """What is to be other in a song, as typed; None: as it is. `chords`: "6: Dm7 G7; 8-9: C | F". Of chords,
    tempo, key, meter and style one at a time. `keep_notes`: of a key, that notes and chords stay; `keep`:
    layers that do not follow new chords.
    """

    chords: str | None = None
    bpm: str | None = None
    key: str | None = None
    meter: str | None = None
    style: str | None = None
    title: str | None = None
    keep_notes: bool = False
    keep: tuple[str, ...] = ()


def edit(path: Path, edits: Edits, watch: Watch = unwatched, *, dry_run: bool = False) -> dict[str, Any]:
    """Make the edits in one run. UsageError for none, several at a time, or one that cannot be."""
    asked = [name for name in AT_ONCE if getattr(edits, name) is not None]
    if len(asked) > 1:
        given = " and ".join(argument(name) for name in asked)
        raise UsageError(f"{given}: one at a time; each is a change of its own, to be undone by itself")
    if not asked and edits.title is None:
        options = ", ".join(
            argument(field.name) for field in fields(edits) if not field.name.startswith("keep")
        )
        raise UsageError(f"nothing to edit; give one of {options}")
    if edits.keep_notes and edits.key is None:
        raise UsageError(f"{argument('keep_notes')}: is for {argument('key')}; give it, too")

    def planned(folder: SongFolder, song: Song) -> Change:
        todo = _PLANS[asked[0]](folder, song, edits) if asked else Change("edit", "", song)
        if edits.title is None:
            return todo
        what = f"{todo.what}, title".removeprefix(", ")
        return replace(todo, what=what, song=replace(todo.song, title=check_title(edits.title)))

    return change(path, planned, watch, dry_run=dry_run)


def parse_chord_edits(text: str, state: GlobalState) -> tuple[GlobalState, list[int]]:
    """The state with the chords of "6: Dm7 G7; 8-9: C | F", and the bars (from 0) whose chords are others
    now. UsageError naming what is wrong.
    """
    chords = list(state.chords)
    for part in filter(str.strip, re.split(r"[;\n]", text)):
        found = _CHORDS.fullmatch(part)
        if found is None:
            raise UsageError(
                f"{argument('chords')} {shown(part.strip())}: has no bar; write BAR: CHORDS, as '6: Dm7 G7'"
            )
        bars = parse_bars(found[1], state, "chords").bars
        chords[state.lines.beat(bars.start) : state.lines.beat(bars.stop)] = parse_progression(
            found[2], state, bars
        )
    after = state.with_(chords=tuple(chords))
    return after, [bar for bar in range(state.bars) if after.chords_of(bar) != state.chords_of(bar)]


def _chords(folder: SongFolder, song: Song, edits: Edits) -> Change:
    for layer in edits.keep:
        song.layer(layer)
    state, bars = parse_chord_edits(str(edits.chords), decide(song.state, song.seed))
    after = replace(song, state=state)
    follow = [
        layer
        for layer in song.layers
        if plays(song, layer)
        and is_pitched(song, layer)
        and layer not in edits.keep
        and not _given(folder, song, layer)
    ]
    carried = {layer: _as_it_is(song, layer) for layer in follow if bars}
    tasks = tuple(rewritten(folder, after, layer, part.take, bars) for layer, part in carried.items())
    what = f"chords of bars {bars_text(bars)}"

    return Change("edit", what, after, carried=carried, tasks=tasks, keeps_origins=True)


def _given(folder: SongFolder, song: Song, layer: str) -> bool:
    """Whether a layer plays notes that it was given, which are its own."""
    take = song.layers[layer].active
    assert take is not None
    return song.layers[layer].score_sha256 is not None or writer_of(folder, take, layer).name == GIVEN


def _bpm(folder: SongFolder, song: Song, edits: Edits) -> Change:
    bpm, tempos = parse_tempos(str(edits.bpm))
    state = song.state.with_(bpm=bpm, tempos=tempos)
    same = tuple(range(state.bars))
    longer = [bar for bar in same if abs(_frames(state, bar) - _frames(song.state, bar)) > 1]
    scores = {layer: folder.score(take.score_sha256, layer) for layer, take in _takes(song).items()}
    anew = None if len(longer) == state.bars else longer
    return _replayed(folder, song, f"{state.tempo_text} bpm", state, scores, {}, same, anew)


def _key(folder: SongFolder, song: Song, edits: Edits) -> Change:
    key = Key.parse(str(edits.key))
    if edits.keep_notes:
        return Change("edit", f"key {key}, notes kept", replace(song, state=song.state.with_(key=key)))
    state = key_state(song.state, key)

    def moved(layer: str, score: Score) -> Score:
        return in_key(score, song.state.key, key) if is_pitched(song, layer) else score

    active = {layer: folder.score(take.score_sha256, layer) for layer, take in _takes(song).items()}
    scores = {layer: moved(layer, score) for layer, score in active.items() if is_pitched(song, layer)}
    given = {layer: moved(layer, score) for layer, score in given_scores(folder, song).items()}
    return _replayed(folder, song, f"key {key}", state, scores, given, tuple(range(state.bars)), None)


def _meter(folder: SongFolder, song: Song, edits: Edits) -> Change:
    meter, meters = parse_meters(str(edits.meter))
    old = song.state
    bare = old.with_(meter=meter, meters=meters, chords=(), rhythm=None)
    chords = [old.chords_of(bar)[beat] for bar, beat in _old_beats(old, bare)] if old.chords else []
    state = decide(bare.with_(chords=tuple(chords)), song.seed) if old.chords else bare
    what = f"meter {state.meter_text}"
    own = [layer for layer in _takes(song) if plays(song, layer) and not _given(folder, song, layer)]
    given = {layer: _in_meter(score, old, state) for layer, score in given_scores(folder, song).items()}
    left = {
        layer: _in_meter(folder.score(take.score_sha256, layer), old, state)
        for layer, take in _takes(song).items()
        if layer not in own
    }
    todo = _replayed(folder, song, what, state, left, given, tuple(range(state.bars)), None)
    seeds = {layer: take.seed for layer, take in _takes(song).items()}
    tasks = tuple(replaced(folder, todo.song, layer, seeds[layer]) for layer in own)
    said = _left_out(folder, song, state)
    return replace(todo, tasks=(*todo.tasks, *tasks), remarks=(*todo.remarks, *said))


def _style(folder: SongFolder, song: Song, edits: Edits) -> Change:
    from stemwright.compose.styles import played

    style = played(str(edits.style))
    state = song.state.with_(style=style, rhythm=None)
    return Change(
        "edit", f"style {style}", replace(song, state=decide(state, song.seed) if state.chords else state)
    )


_PLANS = {"chords": _chords, "bpm": _bpm, "key": _key, "meter": _meter, "style": _style}


def _replayed(
    folder: SongFolder,
    song: Song,
    what: str,
    state: GlobalState,
    scores: Mapping[str, Score],
    given: Mapping[str, Score],
    sources: Sequence[Source],
    bars: list[int] | None,
) -> Change:
    """The change in which layers play these notes in another state: performed anew in some bars (from 0;
    None: in all). Recordings stay as they sound; what a sampler played waits to be played again.
    """
    after, objects = with_scores(replace(song, state=state), given)
    carried: dict[str, Carried] = {}
    tasks: list[Task] = []
    remarks: list[str] = []
    frames = frame_sources(song.state, state, sources)
    for layer, score in scores.items():
        take = song.layers[layer].active
        assert take is not None
        if kind_of(song.role(layer)) == "audio":
            held = [frame if frame < take.frames else None for frame in range(state.frames)]
            carried[layer] = with_score(folder, take, score, held)
        elif take.player is not None:
            after, more = with_scores(after, {layer: score})
            after = after.with_layer(layer, replace(after.layers[layer], take=None))
            objects += more
            remarks.append(
                f"{layer}: is to be played again by {take.player}: generate DIR {layer} --player sampler:FILE"
            )
        else:
            carried[layer] = with_score(folder, take, score, frames)
            if bars is None or bars:
                tasks.append(performed(folder, song, layer, carried[layer].take, bars))
    return Change("edit", what, after, objects, carried, tuple(tasks), remarks=tuple(remarks))


def _takes(song: Song) -> dict[str, Any]:
    return {layer: entry.active for layer, entry in song.layers.items() if entry.active is not None}


def _as_it_is(song: Song, layer: str) -> Carried:
    """A layer's active take as ground for what is made anew in it."""
    take = song.layers[layer].active
    assert take is not None
    return Carried(take, ())


def _frames(state: GlobalState, bar: int) -> int:
    return state.timebase.bar_frame(bar + 1) - state.timebase.bar_frame(bar)


def _old_beats(old: GlobalState, new: GlobalState) -> list[tuple[int, int]]:
    """Bar and beat of the old state for each beat of the new one: as far into the bar."""
    return [
        (bar, beat * old.meter_of(bar).beats_per_bar // new.meter_of(bar).beats_per_bar)
        for bar in range(new.bars)
        for beat in range(new.meter_of(bar).beats_per_bar)
    ]


def _in_meter(score: Score, old: GlobalState, new: GlobalState) -> Score:
    """Notes at their places in bars of another length; what lies beyond the end of its bar is left out."""
    kept = [note for note in score.notes if not _beyond(note.onset, old, new)]
    return rebarred_score(Score(tuple(kept)), old, new, range(new.bars))


def _beyond(tick: int, old: GlobalState, new: GlobalState) -> bool:
    bar = min(old.bar_of_tick(tick), old.bars - 1)
    return tick - old.bar_tick(bar) >= new.meter_of(bar).ticks_per_bar


def _left_out(folder: SongFolder, song: Song, state: GlobalState) -> list[str]:
    """What to say of given notes for which bars are too short now."""
    said = []
    for layer, score in given_scores(folder, song).items():
        lost = [note for note in score.notes if _beyond(note.onset, song.state, state)]
        bars = sorted({song.state.bar_of_tick(note.onset) for note in lost})
        if lost:
            where = bars_text(bars[:40]) + (" and others" if len(bars) > 40 else "")
            said.append(
                f"{layer}: notes beyond the end of their bars now are left out, {len(lost)} in bars {where}"
            )
    return said
