"""`export`: files for other programs, named as producers expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stemwright.errors import UsageError
from stemwright.exchange.programs import program_of
from stemwright.producer.stem_files import placing
from stemwright.producer.workspace import reading, require_outside, writing
from stemwright.song.names import exported_name
from stemwright.work.progress import Watch, unwatched


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
        require_outside(path, to, "to")
    both = not midi and not stems
    facts: dict[str, Any] = {"midi": None, "stems": {}, "stale": [], "remarks": []}
    if midi or both:
        facts["midi"] = str(_export_midi(path, to))
    if stems or both:
        from stemwright.producer.mix import render_stems

        facts |= render_stems(path, to=to, kind=kind, quality=quality, watch=watch)
    return facts


def _export_midi(path: Path, to: Path | None) -> Path:
    from stemwright.song.midi import write_midi

    folder = reading(path)
    song = folder.load()
    scores = folder.scores(song)
    if not scores:
        raise UsageError(f"{path}: has no scores yet; make some with: stemwright generate DIR")
    programs = {name: program_of(song.role(name), song.layers[name].timbre_in_use) for name in scores}
    given = [name for name in scores if song.layers[name].score_in_use == song.layers[name].score_sha256]
    data = write_midi(song.state, scores, programs, song.title, keep=given, roles=song.roles)
    name = exported_name(song.title, "Score", song.state, ".mid")
    if to is None:
        with writing(path) as open_folder:
            return open_folder.renders.put(name, data)
    with placing(to) as place:
        place(name).write_bytes(data)
    return to / name
