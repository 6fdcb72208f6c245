"""`export`: files for other programs, named as producers expect."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError
from stemwright.exchange.programs import program_of
from stemwright.producer.stem_files import placing
from stemwright.producer.workspace import reading, require_outside, writing
from stemwright.song.document import Song
from stemwright.song.layers import kind_of, ordered
from stemwright.song.names import exported_name
from stemwright.song.score import Score
from stemwright.work.progress import Watch, unwatched

Scores = dict[str, Score]
PRINTED = {"midi": "Score", "musicxml": "Score", "lead_sheet": "Lead sheet", "abc": "Lead sheet"}
"""What is written of the scores -> how its file is called."""
_ENDINGS = {"midi": ".mid", "musicxml": ".musicxml", "lead_sheet": ".musicxml", "abc": ".abc"}


def export_song(
    path: Path,
    *,
    midi: bool = False,
    stems: bool = False,
    musicxml: bool = False,
    lead_sheet: bool = False,
    abc: bool = False,
    kind: str = "wav",
    quality: str | None = None,
    to: Path | None = None,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Write the scores as MIDI, as printed music (`musicxml`: all layers; `lead_sheet`: the tune with chord
    symbols; `abc`: that as ABC), the stems as audio of a `kind`, or MIDI and stems where nothing is asked
    for; returns where, and remarks.
    """
    if to is not None:
        require_outside(path, to, "to")
    asked = {"midi": midi, "musicxml": musicxml, "lead_sheet": lead_sheet, "abc": abc}
    if not any(asked.values()) and not stems:
        asked["midi"] = stems = True
    facts: dict[str, Any] = {**dict.fromkeys(asked), "stems": {}, "stale": [], "remarks": []}
    named = [name for name, wanted in asked.items() if wanted]
    if named:
        facts |= _export_scores(path, to, named)
    if stems:
        from stemwright.producer.mix import render_stems

        facts |= render_stems(path, to=to, kind=kind, quality=quality, watch=watch)
    return facts


def _export_scores(path: Path, to: Path | None, named: Collection[str]) -> dict[str, str]:
    """Where the files of these names are that were written."""
    folder = reading(path)
    song = folder.load()
    scores = folder.scores(song)
    writers = {"midi": _midi, "musicxml": _musicxml, "lead_sheet": _lead_sheet, "abc": _abc}
    made = {}
    for name in named:
        data = writers[name](path, song, scores)
        made[exported_name(song.title, PRINTED[name], song.state, _ENDINGS[name])] = (name, data)
    if to is None:
        with writing(path) as open_folder:
            return {name: str(open_folder.renders.put(file, data)) for file, (name, data) in made.items()}
    with placing(to) as place:
        for file, (_, data) in made.items():
            place(file).write_bytes(data)
    return {name: str(to / file) for file, (name, _) in made.items()}


def _programs(song: Song, scores: Scores) -> dict[str, int]:
    return {name: program_of(song.role(name), song.layers[name].timbre_in_use) for name in scores}


def _require(path: Path, scores: Scores) -> None:
    if not scores:
        raise UsageError(f"{path}: has no scores yet; make some with: stemwright generate DIR")


def _midi(path: Path, song: Song, scores: Scores) -> bytes:
    from stemwright.song.midi import write_midi

    _require(path, scores)
    given = [name for name in scores if song.layers[name].score_in_use == song.layers[name].score_sha256]
    return write_midi(song.state, scores, _programs(song, scores), song.title, keep=given, roles=song.roles)


def _musicxml(path: Path, song: Song, scores: Scores) -> bytes:
    from stemwright.notation.musicxml_write import write_musicxml

    _require(path, scores)
    return write_musicxml(song.state, scores, _programs(song, scores), song.title, roles=song.roles)


def _lead_sheet(path: Path, song: Song, scores: Scores) -> bytes:
    from stemwright.notation.musicxml_write import write_musicxml

    tune = _tune(path, song, scores)
    return write_musicxml(
        song.state, tune, _programs(song, scores), song.title, roles=song.roles, lead_sheet=True
    )


def _abc(path: Path, song: Song, scores: Scores) -> bytes:
    from stemwright.notation.abc_write import write_abc

    (score,) = _tune(path, song, scores).values()
    return write_abc(song.state, score, song.title)


def _tune(path: Path, song: Song, scores: Scores) -> Scores:
    """The layer that has the tune: the first of its kind; of a song with chords alone one without notes."""
    leads = [name for name in ordered(list(scores)) if kind_of(song.role(name)) == "lead"]
    if leads:
        return {leads[0]: scores[leads[0]]}
    if not any(song.state.chords):
        raise UsageError(
            f"{path}: has neither a lead nor chords for a lead sheet yet; make them with: "
            "stemwright generate DIR lead"
        )
    return {"lead": Score()}
