"""`export`: files for other programs, named as producers expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stemwright.errors import UsageError
from stemwright.exchange.programs import program_of
from stemwright.producer.lyrics import fitting
from stemwright.producer.stem_files import placing
from stemwright.producer.workspace import reading, require_outside, writing
from stemwright.song.names import exported_name
from stemwright.work.progress import Watch, unwatched


def export_song(
    path: Path,
    *,
    midi: bool = False,
    stems: bool = False,
    karaoke: bool = False,
    kind: str = "wav",
    quality: str | None = None,
    to: Path | None = None,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Write the scores as MIDI, the stems as audio of a `kind`, or both where nothing is asked for; with
    `karaoke`, scores and lyrics as a karaoke file. Returns where, and remarks.
    """
    if to is not None:
        require_outside(path, to, "to")
    both = not (midi or stems or karaoke)
    facts: dict[str, Any] = {"midi": None, "karaoke": None, "stems": {}, "stale": [], "remarks": []}
    for name, asked in (("midi", midi or both), ("karaoke", karaoke)):
        if asked:
            file, remarks = _export_midi(path, to, karaoke=name == "karaoke")
            facts |= {name: str(file), "remarks": [*facts["remarks"], *remarks]}
    if stems or both:
        from stemwright.producer.mix import render_stems

        made = render_stems(path, to=to, kind=kind, quality=quality, watch=watch)
        facts |= {**made, "remarks": list(dict.fromkeys([*facts["remarks"], *made["remarks"]]))}
    return facts


def _export_midi(path: Path, to: Path | None, karaoke: bool) -> tuple[Path, list[str]]:
    """The scores, and the lyrics where there are some, as MIDI or karaoke file; and what to say of these."""
    from stemwright.song.midi import write_midi

    folder = reading(path)
    song = folder.load()
    scores = folder.scores(song)
    if not scores:
        raise UsageError(f"{path}: has no scores yet; make some with: stemwright generate DIR")
    if song.lyrics is None and karaoke:
        fitting(folder, song)  # says that there are none
    sung = None if song.lyrics is None else fitting(folder, song)
    programs = {name: program_of(song.role(name), song.layers[name].timbre_in_use) for name in scores}
    given = [name for name in scores if song.layers[name].score_in_use == song.layers[name].score_sha256]
    lyrics = sung.lyrics if sung is not None else None
    data = write_midi(
        song.state, scores, programs, song.title, given, song.roles, lyrics=lyrics, karaoke=karaoke
    )
    part, end = ("Karaoke", ".kar") if karaoke else ("Score", ".mid")
    name = exported_name(song.title, part, song.state, end)
    remarks = list(sung.remarks) if sung is not None else []
    if to is None:
        with writing(path) as open_folder:
            return open_folder.renders.put(name, data), remarks
    with placing(to) as place:
        place(name).write_bytes(data)
    return to / name, remarks
