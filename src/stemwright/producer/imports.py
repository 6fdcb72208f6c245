"""`import`: the tracks of a MIDI file become the scores of layers; given scores win over the arranger's.

Chords that are not yet decided are found from the notes, so that what the arranger writes fits them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError
from stemwright.producer.clock import Clock
from stemwright.producer.commit import Act, commit
from stemwright.producer.create import DEFAULTS, title_from
from stemwright.producer.seeds import random_seed
from stemwright.producer.tracks import guess
from stemwright.producer.workspace import writing
from stemwright.song.document import LayerEntry, Song
from stemwright.song.harmony import Key
from stemwright.song.layers import LAYERS, check_layer_name
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

if TYPE_CHECKING:
    from stemwright.song.midi import MidiSong

MAX_NOTES = 50_000
"""Notes a layer may be given."""
_TRACK = re.compile(r"([0-9]{1,3})=(.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Given:
    """The score of a layer, and the numbers (from 1) of the tracks that it came from."""

    score: Score
    tracks: tuple[int, ...]


def import_midi(
    path: Path, file: Path, *, tracks: Sequence[str] = (), ignore_tempo_changes: bool = False
) -> dict[str, Any]:
    """Give layers of the song at `path` the notes of `file`; makes the song where there is none.

    `tracks`: "2=bass" and the like; guessed where empty. UsageError for a file that does not fit, before
    anything is written.
    """
    from stemwright.song.midi import read_midi

    clock = Clock()
    midi = read_midi(file, file.name)
    _refuse_changes(midi, file.name, ignore_tempo_changes)
    chosen = _parse_tracks(tracks, midi) if tracks else guess(midi.tracks)
    if not chosen:
        raise UsageError(f"{file.name}: has no notes; give a file with notes")
    state = _existing_state(path)
    target = state or _state_of(midi, file.name)
    given = {layer: _given(midi, numbers, target, file.name) for layer, numbers in chosen.items()}
    if state is None:
        _create(path, _in_its_key(target, midi, given), given)
    with writing(path) as folder:
        song = folder.load()
        song = replace(song, state=_with_chords(song.state, given))
        for layer, part in given.items():
            song = _give(song, layer, folder.objects.put("score", part.score.canonical_bytes()))
        details = {
            layer: {"track": _numbers(part), "notes": len(part.score.notes), "score": part.score.sha256}
            for layer, part in given.items()
        }
        act = Act("import", list(given), made=[part.score.sha256 for part in given.values()], details=details)
        number = commit(folder, song, act, clock)["run"]
    return {"run": number, "layers": details}


def _refuse_changes(midi: MidiSong, name: str, ignore: bool) -> None:
    for count, what in ((midi.tempo_changes, "tempo"), (midi.meter_changes, "meter")):
        if count and not ignore:
            raise UsageError(
                f"{name}: has {count} {what} change(s), and a song has one {what}; "
                "add --ignore-tempo-changes to keep the beats and drop the changes"
            )


def _parse_tracks(texts: Sequence[str], midi: MidiSong) -> dict[str, list[int]]:
    chosen: dict[str, list[int]] = {}
    for text in texts:
        found = _TRACK.fullmatch(text.strip())
        if found is None:
            raise UsageError(f"--track {text[:40]!r}: write N=LAYER, e.g. 2=bass")
        number = int(found[1])
        if not 1 <= number <= len(midi.tracks):
            raise UsageError(f"--track {text[:40]!r}: the file has tracks 1 to {len(midi.tracks)} with notes")
        chosen.setdefault(check_layer_name(found[2], "--track"), []).append(number)
    return chosen


def _existing_state(path: Path) -> GlobalState | None:
    from stemwright.store import SongFolder

    if not path.exists() or (path.is_dir() and not (path / "song.json").exists()):
        return None
    return SongFolder.open(path).load().state


def _state_of(midi: MidiSong, name: str) -> GlobalState:
    try:
        return GlobalState(
            midi.bpm, midi.meter, midi.key or Key("C"), midi.sections(), style=DEFAULTS["style"]
        )
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None


def _given(midi: MidiSong, numbers: list[int], state: GlobalState, name: str) -> Given:
    """The notes of some tracks as one score that fits the song. UsageError where they do not fit."""
    if midi.meter != state.meter:
        raise UsageError(
            f"{name}: is in {midi.meter}, the song in {state.meter}; import it into a new folder"
        )
    notes = [note for number in numbers for note in midi.tracks[number - 1].notes]
    if len(notes) > MAX_NOTES:
        raise UsageError(
            f"{name}: {len(notes)} notes for one layer, at most {MAX_NOTES} are allowed; split the file"
        )
    late = max(note.onset for note in notes)
    if late >= state.total_ticks:
        bar = late // state.meter.ticks_per_bar + 1
        raise UsageError(
            f"{name}: has notes in bar {bar}, the song ends with bar {state.bars}; "
            "cut the file, or import it into a new folder"
        )
    return Given(Score.from_notes(_clip(note, state.total_ticks) for note in notes), tuple(numbers))


def _clip(note: Note, end: int) -> Note:
    return note if note.end <= end else replace(note, duration=end - note.onset)


def _create(path: Path, state: GlobalState, given: dict[str, Given]) -> None:
    from stemwright.store import SongFolder

    names = [*LAYERS, *(layer for layer in given if layer not in LAYERS)]
    SongFolder.create(
        path, Song(title_from(path), state, random_seed(), {name: LayerEntry() for name in names})
    )


def _in_its_key(state: GlobalState, midi: MidiSong, given: dict[str, Given]) -> GlobalState:
    """The state in the key that its notes are in, where the file names none."""
    from stemwright.compose.analysis import find_key, profile

    if midi.key is not None:
        return state
    return state.with_(key=find_key(profile(_scores(given))))


def _with_chords(state: GlobalState, given: dict[str, Given]) -> GlobalState:
    """The state with chords that fit the given notes, where they were not yet decided."""
    from stemwright.compose.analysis import settled_chords

    if state.chords:
        return state
    return state.with_(chords=settled_chords(_scores(given), state.meter, state.bars, state.key))


def _scores(given: dict[str, Given]) -> dict[str, Score]:
    return {layer: part.score for layer, part in given.items()}


def _give(song: Song, layer: str, sha: str) -> Song:
    """The song with a given score; the layer then has to be generated again, so no take is active."""
    entry = song.layers.get(layer, LayerEntry())
    if entry.score_sha256 == sha:
        return song
    return song.with_layer(layer, replace(entry, score_sha256=sha, take=None))


def _numbers(part: Given) -> int | list[int]:
    return part.tracks[0] if len(part.tracks) == 1 else list(part.tracks)
