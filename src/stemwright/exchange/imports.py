"""`import`: the tracks of a MIDI file, or the parts of printed music, become the scores of layers; given
scores are played as they are.

Chords that are not yet decided are found from the notes, so that what is composed to them fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError, argument
from stemwright.exchange.changes import bars_of
from stemwright.exchange.files import STDIN, Source, read_source
from stemwright.exchange.programs import timbre_of_program
from stemwright.exchange.readings import Override, Reading, read_into, read_new, settle_chords, settle_key
from stemwright.exchange.tracks import choose, guess
from stemwright.producer import bundles
from stemwright.producer.casting import require_notes, why_not
from stemwright.producer.clock import Clock
from stemwright.producer.compose import chord_remarks
from stemwright.producer.create import title_from
from stemwright.producer.details import ImportedScore, to_json
from stemwright.producer.players import playable, usual_performer
from stemwright.producer.record import Act, commit
from stemwright.producer.seeds import random_seed
from stemwright.producer.wish import DEFAULTS
from stemwright.producer.workspace import writing
from stemwright.song.document import LayerEntry, Song
from stemwright.song.layers import LAYERS
from stemwright.song.lyric_printed import printed_lyrics
from stemwright.song.names import check_title
from stemwright.song.piece import Piece
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState, bpm_text

if TYPE_CHECKING:
    from stemwright.notation.sheet import Syllable
    from stemwright.song.midi import MidiSong

__all__ = ["STDIN", "Given", "import_midi", "inspect_midi", "read_piece"]
MAX_NOTES = 50_000
"""Notes a layer may be given."""


@dataclass(frozen=True, slots=True)
class Given:
    """The score of a layer, the numbers (from 1) of the tracks that it came from, and their main program.

    `doubled`: notes that several of them had. `program`: 0-based, None where the file names none.
    `syllables`: the words under its notes.
    """

    score: Score
    tracks: tuple[int, ...]
    doubled: int
    program: int | None
    syllables: tuple[Syllable, ...] = ()


def import_midi(
    path: Path,
    file: Path,
    *,
    tracks: Sequence[str] = (),
    layers: Sequence[str] = (),
    every_track: bool = False,
    over: Override | None = None,
    ignore_tempo_changes: bool = False,
    strict: bool = False,
    tune: int | None = None,
    split_voices: bool = False,
) -> dict[str, Any]:
    """Give layers of the song at `path` the notes of `file` (MIDI, MusicXML, ABC; "-": standard input); makes
    it where it is not.

    `tracks`: "2=bass" and the like; guessed where empty. `layers`: only these, of what was guessed.
    `every_track`: each track is a layer of its own. `over`: what the user says of the file. `strict`: a
    damaged file is refused. `tune`, `split_voices`: as in `read_source`. UsageError for a file that does not
    fit, before anything is written.
    """
    clock = Clock()
    over = over or Override()
    source = read_source(file, strict, tune, split_voices)
    name, midi = source.name, source.midi
    chosen = choose(midi.tracks, name, tracks, layers, every_track, midi.meter.ticks_per_bar)
    midi.hold_pedal()
    there = _existing(path)
    if there is None:
        reading = read_new(midi, over, name, ignore_tempo_changes)
    else:
        for layer in chosen.keys() & there.layers.keys():
            require_notes(there, layer)
        reading = read_into(midi, over, name, ignore_tempo_changes, there.state)
    given = {layer: _given(source, numbers, reading.state) for layer, numbers in chosen.items()}
    roles = {layer: layer for layer in given} | (there.roles if there else {})
    scores = {roles[layer]: part.score for layer, part in given.items()}
    _settle(reading, midi, over, scores, new=there is None)
    reading.remarks += _remarks(given, roles)
    if there is None:
        _create(path, _title(source, path), reading.state.with_(chords=()), given)
    with writing(path) as folder:
        song = folder.load()
        song = replace(song, state=song.state if song.state.chords else reading.state)
        for layer, part in given.items():
            song = _give(song, layer, folder.objects.put("score", part.score.canonical_bytes()), part.program)
        song, sung = _with_lyrics(song, given)
        act = Act(
            "import",
            list(given),
            made=[part.score.sha256 for part in given.values()],
            details=_details(given, song),
        )
        number = commit(folder, song, act, clock)["run"]
    reading.remarks += sung
    reading.remarks += [line for layer, part in given.items() for line in _beyond(song, layer, part.score)]
    facts = {**_facts(reading), **chord_remarks(over.chords)}
    return {"run": number, "layers": to_json(_details(given, song)), **facts}


def read_piece(file: Path) -> tuple[Piece, dict[str, Given]]:
    """The piece in a file as `import` would make it, with its key and chords, and what its layers came from.
    UsageError where it cannot be imported.
    """
    source = read_source(file)
    name, midi = source.name, source.midi
    chosen = choose(midi.tracks, name, (), (), False, midi.meter.ticks_per_bar)
    midi.hold_pedal()
    reading = read_new(midi, Override(style=DEFAULTS["style"]), name, False)
    given = {layer: _given(source, numbers, reading.state) for layer, numbers in chosen.items()}
    scores = {layer: part.score for layer, part in given.items()}
    _settle(reading, midi, Override(), scores, new=True)
    return Piece(reading.state, scores), given


def inspect_midi(
    file: Path, strict: bool = False, tune: int | None = None, split_voices: bool = False
) -> dict[str, Any]:
    """What `import` would make of a file: its tracks with the layers guessed for them. Writes nothing."""
    midi = read_source(file, strict, tune, split_voices).midi
    guessed = guess(midi.tracks, midi.meter.ticks_per_bar)
    midi.hold_pedal()
    lines, _ = bars_of(midi, None, False)
    layer_of = {number: layer for layer, numbers in guessed.items() for number in numbers}
    return {
        "bpm": bpm_text(midi.bpm),
        "meter": str(midi.meter),
        "key": str(midi.key) if midi.key else None,
        "bars": midi.bars_in(lines),
        "changes": {"tempo": midi.tempo_changes, "meter": midi.meter_changes, "key": midi.key_changes},
        "tracks": [
            {
                "track": number,
                "name": track.name,
                "program": track.program + 1,
                "drums": track.is_drums,
                "notes": len(track.notes),
                "layer": layer_of[number],
            }
            for number, track in enumerate(midi.tracks, 1)
        ],
        "remarks": midi.faults,
    }


def _settle(reading: Reading, midi: MidiSong, over: Override, scores: Mapping[str, Score], new: bool) -> None:
    """Key and chords, where they are still open. `scores`: by role."""
    if new:
        settle_key(reading, midi, scores)
    if reading.state.chords:
        reading.sources["chords"] = "song"
    else:
        settle_chords(reading, midi, over, scores)


def _remarks(given: Mapping[str, Given], roles: Mapping[str, str]) -> list[str]:
    """What to say of the notes, and of layers that nothing plays."""
    doubled = sum(part.doubled for part in given.values())
    told = [f"{doubled} note(s) that two tracks of one layer share are one note now"] if doubled else []
    return told + [why for layer in given if (why := why_not(roles[layer])) is not None]


def _existing(path: Path) -> Song | None:
    from stemwright.store import SongFolder

    if not path.exists() or (path.is_dir() and not (path / "song.json").exists()):
        return None
    return SongFolder.open(path).load()


def _given(source: Source, numbers: list[int], state: GlobalState) -> Given:
    """The notes of some tracks as one score that fits the song. UsageError where they do not fit."""
    name, midi = source.name, source.midi
    notes = [note for number in numbers for note in midi.tracks[number - 1].notes]
    if len(notes) > MAX_NOTES:
        raise UsageError(
            f"{name}: {len(notes)} notes for one layer, at most {MAX_NOTES} are allowed; split the file"
        )
    late = max(note.onset for note in notes)
    if late >= state.total_ticks:
        bar = state.bar_of_tick(late) + 1
        raise UsageError(
            f"{name}: has notes in bar {bar}, the song ends with bar {state.bars}; "
            f"cut the file, give a longer {argument('form')}, or import it into a new folder"
        )
    score = Score.from_notes(_clip(note, state.total_ticks) for note in notes)
    main = max((midi.tracks[number - 1] for number in numbers), key=lambda track: len(track.notes))
    program = main.program if main.says_program else None
    sung = [one for number in numbers for one in (source.syllables[number - 1] if source.syllables else ())]
    return Given(score, tuple(numbers), len(notes) - len(score.notes), program, tuple(sung))


def _clip(note: Note, end: int) -> Note:
    return note if note.end <= end else replace(note, duration=end - note.onset)


def _title(source: Source, path: Path) -> str:
    """The title that printed music has, where a song can have it; else the folder's name."""
    try:
        return check_title(source.title) if source.title else title_from(path)
    except UsageError:
        return title_from(path)


def _create(path: Path, title: str, state: GlobalState, given: Mapping[str, Given]) -> None:
    from stemwright.store import SongFolder

    names = [*LAYERS, *(layer for layer in given if layer not in LAYERS)]
    SongFolder.create(path, Song(title, state, random_seed(), {name: LayerEntry() for name in names}))


def _give(song: Song, layer: str, sha: str, program: int | None) -> Song:
    """The song with a given score, which the layer then has to be generated again for.

    A layer that was never played gets the timbre nearest to the file's program.
    """
    entry = song.layers.get(layer, LayerEntry())
    timbre = entry.timbre
    if not timbre and not entry.takes and program is not None:
        role = entry.role(layer)
        timbre = timbre_of_program(role, program, bundles.timbres_of(role))
    return song.with_layer(layer, replace(entry.with_score(sha), timbre=timbre))


def _with_lyrics(song: Song, given: Mapping[str, Given]) -> tuple[Song, list[str]]:
    """The song with the words under the notes of the layer that has the most, where it has none yet; and what
    to say of them.
    """
    layer, part = max(given.items(), key=lambda item: len(item[1].syllables))
    found = [(one.tick, one.text, one.hyphen) for one in part.syllables]
    if not found:
        return song, []
    if song.lyrics is not None:
        return song, ["the lyrics of the file are left out: the song has its own"]
    lyrics = printed_lyrics(found, song.state, layer, part.score)
    if lyrics is None:
        return song, []
    return replace(song, lyrics=lyrics), [f"lyrics: {len(lyrics.lines)} lines, sung to {layer}"]


def _beyond(song: Song, layer: str, score: Score) -> list[str]:
    """What to say of notes that the layer's timbre cannot play; they are kept as they are."""
    player = usual_performer(song.layers[layer], layer)
    if player is None or player.range is None:
        return []
    moved = len(set(score.notes) - set(playable(score, player).notes))
    low, high = player.range
    said = f"will be moved by octaves when played: {player.timbre} plays pitches {low} to {high}"
    return [f"{layer}: {moved} of {len(score.notes)} notes {said}"] if moved else []


def _details(given: Mapping[str, Given], song: Song) -> dict[str, ImportedScore]:
    return {
        layer: ImportedScore(
            track=part.tracks[0] if len(part.tracks) == 1 else part.tracks,
            notes=len(part.score.notes),
            score=part.score.sha256,
            timbre=song.layers[layer].timbre,
        )
        for layer, part in given.items()
    }


def _facts(reading: Reading) -> dict[str, Any]:
    state = reading.state
    return {
        "bpm": state.to_json()["bpm"],
        "meter": str(state.meter),
        "tempos": state.changes_json()["tempos"],
        "meters": state.changes_json()["meters"],
        "key": str(state.key),
        "bars": state.bars,
        "style": state.style,
        "sources": reading.sources,
        "remarks": reading.remarks,
    }
