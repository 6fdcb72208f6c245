"""`export`: files for other programs, named as producers expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stemwright.errors import UsageError, argument
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
    click: bool = False,
    count_in: int = 0,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Write the scores as MIDI, the stems as audio of a `kind`, a click track after so many bars of
    `count_in`, or scores and stems where nothing is asked for; returns where, and remarks.
    """
    if count_in and not click:
        raise UsageError(f"{argument('count_in')}: is for the click track; add {argument('click')}")
    if to is not None:
        require_outside(path, to, "to")
    both = not midi and not stems and not click
    facts: dict[str, Any] = {"midi": None, "stems": {}, "click": None, "stale": [], "remarks": []}
    if midi or both:
        facts["midi"] = str(_export_midi(path, to))
    if stems or both:
        from stemwright.producer.mix import render_stems

        facts |= render_stems(path, to=to, kind=kind, quality=quality, watch=watch)
    if click:
        facts["click"] = str(_export_click(path, to, kind, quality, count_in))
    return facts


def _export_click(path: Path, to: Path | None, kind: str, quality: str | None, count_in: int) -> Path:
    from stemwright.mix.click import click_track
    from stemwright.mix.files import audio_format, encode, file_name
    from stemwright.producer.decoders import Decoders

    song = reading(path).load()
    rate, suffix = Decoders(quality or "high").sample_rate, f".{kind.lower().removeprefix('.')}"
    part = f"Click_count{count_in}" if count_in else "Click"
    name = file_name(song.title, part, song.state, suffix, rate)
    return _put(path, to, name, encode(click_track(song.state, rate, count_in), rate, audio_format(suffix)))


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
    return _put(path, to, exported_name(song.title, "Score", song.state, ".mid"), data)


def _put(path: Path, to: Path | None, name: str, data: bytes) -> Path:
    """Write a file into `renders/`, or into the folder `to`."""
    if to is None:
        with writing(path) as open_folder:
            return open_folder.renders.put(name, data)
    with placing(to) as place:
        place(name).write_bytes(data)
    return to / name
