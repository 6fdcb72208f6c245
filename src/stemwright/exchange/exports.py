"""`export`: files for other programs, named as producers expect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError
from stemwright.exchange.programs import program_of
from stemwright.producer.stem_files import placing
from stemwright.producer.workspace import reading, require_outside, writing
from stemwright.song.names import exported_name
from stemwright.song.score import Score
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.song.document import LayerEntry, Song
    from stemwright.store import SongFolder


def export_song(
    path: Path,
    *,
    midi: bool = False,
    stems: bool = False,
    kind: str = "wav",
    quality: str | None = None,
    to: Path | None = None,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Write the scores as MIDI, the stems as audio of a `kind`, or both where neither is asked for; returns
    where, and remarks.
    """
    if to is not None:
        require_outside(path, to, "--to")
    both = not midi and not stems
    facts: dict[str, Any] = {"midi": None, "stems": {}, "stale": [], "remarks": []}
    if midi or both:
        facts["midi"] = str(_export_midi(path, to))
    if stems or both:
        from stemwright.producer.render import render_stems

        facts |= render_stems(path, to=to, kind=kind, quality=quality, watch=watch)
    return facts


def _export_midi(path: Path, to: Path | None) -> Path:
    from stemwright.song.midi import write_midi

    folder = reading(path)
    song = folder.load()
    scores = active_scores(folder, song)
    if not scores:
        raise UsageError(f"{path}: has no scores yet; make some with: stemwright generate DIR")
    programs = {name: program_of(name, timbre_in_use(song.layers[name])) for name in scores}
    given = [name for name in scores if score_in_use(song.layers[name]) == song.layers[name].score_sha256]
    data = write_midi(song.state, scores, programs, song.title, keep=given)
    name = exported_name(song.title, "Score", song.state, ".mid")
    if to is None:
        with writing(path) as open_folder:
            return open_folder.renders.put(name, data)
    with placing(to) as place:
        place(name).write_bytes(data)
    return to / name


def active_scores(folder: SongFolder, song: Song) -> dict[str, Score]:
    """The score of each layer that has one: of its active take, else the one it was given."""
    found = {name: score_in_use(entry) for name, entry in song.layers.items()}
    return {name: stored_score(folder, sha, name) for name, sha in found.items() if sha is not None}


def stored_score(folder: SongFolder, sha: str, layer: str) -> Score:
    """A layer's score by its SHA-256."""
    return Score.from_bytes(folder.objects.get(sha), f"{layer}'s score")


def score_in_use(entry: LayerEntry) -> str | None:
    """SHA-256 of the score that a layer plays; None where it has none yet."""
    return entry.active.score_sha256 if entry.active else entry.score_sha256


def timbre_in_use(entry: LayerEntry) -> str:
    """What a layer is played in by its performer; "" where that is left to its bundle."""
    return entry.active.timbre if entry.active and entry.active.player is None else entry.timbre
