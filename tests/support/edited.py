"""Songs whose notes a test writes itself; they have scores and no takes, so that nothing has to be played."""

from __future__ import annotations

from pathlib import Path

from stemwright.producer.clock import Clock
from stemwright.producer.record import Act, commit
from stemwright.producer.workspace import writing
from stemwright.song.document import LayerEntry, Song
from stemwright.song.progression import parse_progression
from stemwright.song.score import PPQ, Note, Score
from stemwright.song.state import GlobalState
from stemwright.store import SongFolder

BAR = 4 * PPQ


def tune(*bars: tuple[int, ...]) -> Score:
    """A score: the pitches of each bar in quarter notes of 4/4."""
    return Score.from_notes(
        Note(bar * BAR + beat * PPQ, PPQ, pitch, 90)
        for bar, pitches in enumerate(bars)
        for beat, pitch in enumerate(pitches)
    )


def write(path: Path, scores: dict[str, Score], *, bars: int, chords: str = "", title: str = "Tune") -> Path:
    """A new song of these scores, without a run."""
    state = GlobalState.create(bpm="240", form=f"verse:{bars}")
    if chords:
        state = state.with_(chords=parse_progression(chords, state))
    folder = SongFolder.create(path, Song(title, state, layers=dict.fromkeys(scores, LayerEntry())))
    song = folder.load()
    for name, score in scores.items():
        song = song.with_layer(name, LayerEntry(score_sha256=put(folder, score)))
    folder.save(song)
    return path


def put(folder: SongFolder, score: Score) -> str:
    """The SHA-256 of a score that is an object now."""
    return folder.objects.put("score", score.canonical_bytes())


def give(path: Path, layer: str, score: Score) -> None:
    """Give a layer another score, as a run."""
    with writing(path) as folder:
        song = folder.load()
        entry = song.layers[layer].with_score(put(folder, score))
        commit(folder, song.with_layer(layer, entry), Act("import", [layer]), Clock())


def change(path: Path, **fields: object) -> None:
    """Change the song's state, as a run."""
    with writing(path) as folder:
        song = folder.load()
        state = song.state.with_(**fields)
        made = Song(song.title, state, song.seed, song.layers, song.variation)
        commit(folder, made, Act("edit", []), Clock())


def chords(path: Path, text: str) -> None:
    """Write other chords, as a run."""
    change(path, chords=parse_progression(text, SongFolder.open(path).load().state))
