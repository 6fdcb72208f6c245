"""`export`: files for other programs, named as producers expect."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError, argument
from stemwright.exchange.programs import program_of
from stemwright.notation.sheet import Syllable
from stemwright.producer.lyrics import fitting
from stemwright.producer.stem_files import placing
from stemwright.producer.workspace import reading, require_outside, writing
from stemwright.song.document import Song
from stemwright.song.layers import kind_of, ordered
from stemwright.song.lyric import Lyrics
from stemwright.song.lyric_sung import BEGIN, MIDDLE, on_notes
from stemwright.song.names import exported_name
from stemwright.song.score import Score
from stemwright.work.progress import Watch, unwatched

Scores = dict[str, Score]
PRINTED = {
    "midi": "Score",
    "karaoke": "Karaoke",
    "musicxml": "Score",
    "lead_sheet": "Lead sheet",
    "abc": "Lead sheet",
}
"""What is written of the scores -> how its file is called."""
_ENDINGS = {
    "midi": ".mid",
    "karaoke": ".kar",
    "musicxml": ".musicxml",
    "lead_sheet": ".musicxml",
    "abc": ".abc",
}


def export_song(
    path: Path,
    *,
    midi: bool = False,
    stems: bool = False,
    karaoke: bool = False,
    musicxml: bool = False,
    lead_sheet: bool = False,
    abc: bool = False,
    kind: str = "wav",
    quality: str | None = None,
    to: Path | None = None,
    click: bool = False,
    count_in: int = 0,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Write the scores as MIDI, as printed music (`musicxml`: all layers; `lead_sheet`: the tune with chord
    symbols; `abc`: that as ABC) or for karaoke, all with the lyrics where there are some; the stems as audio
    of a `kind`; a click track after so many bars of `count_in`; or MIDI and stems where nothing is asked for.
    Returns where, and remarks.
    """
    if count_in and not click:
        raise UsageError(f"{argument('count_in')}: is for the click track; add {argument('click')}")
    if to is not None:
        require_outside(path, to, "to")
    asked = {"midi": midi, "karaoke": karaoke, "musicxml": musicxml, "lead_sheet": lead_sheet, "abc": abc}
    if not any(asked.values()) and not stems and not click:
        asked["midi"] = stems = True
    facts: dict[str, Any] = {**dict.fromkeys(asked), "stems": {}, "click": None, "stale": [], "remarks": []}
    named = [name for name, wanted in asked.items() if wanted]
    if named:
        facts |= _export_scores(path, to, named)
    if stems:
        from stemwright.producer.mix import render_stems

        made = render_stems(path, to=to, kind=kind, quality=quality, watch=watch)
        facts |= {**made, "remarks": list(dict.fromkeys([*facts["remarks"], *made["remarks"]]))}
    if click:
        facts["click"] = str(_export_click(path, to, kind, quality, count_in))
    return facts


def _export_click(path: Path, to: Path | None, kind: str, quality: str | None, count_in: int) -> Path:
    from stemwright.mix.click import click_track
    from stemwright.mix.files import audio_format, file_name, write_audio
    from stemwright.producer.decoders import Decoders

    song = reading(path).load()
    rate, suffix = Decoders(quality or "high").sample_rate, f".{kind.lower().removeprefix('.')}"
    part = f"Click_count{count_in}" if count_in else "Click"
    name = file_name(song.title, part, song.state, suffix, rate)
    audio_format(suffix)
    track = click_track(song.state, rate, count_in)
    if to is not None:
        write_audio(to / name, track, rate, suffix=suffix)
        return to / name
    with writing(path) as folder:
        with folder.renders.writing() as batch:
            write_audio(batch.path(name), track, rate, suffix=suffix)
        return folder.renders.path / name


@dataclass(frozen=True, slots=True)
class _Printed:
    """What is written of a song's scores, at `path`; `lyrics`: as they fit its melody."""

    path: Path
    song: Song
    scores: Scores
    lyrics: Lyrics | None

    @property
    def programs(self) -> dict[str, int]:
        """What layers are played in, General MIDI's numbers."""
        song = self.song
        return {name: program_of(song.role(name), song.layers[name].timbre_in_use) for name in self.scores}

    def require(self) -> None:
        """UsageError where there are no scores."""
        if not self.scores:
            raise UsageError(f"{self.path}: has no scores yet; make some with: stemwright generate DIR")

    def sung(self, layer: str) -> list[Syllable]:
        """The syllables under a layer's notes: of the melody that the lyrics are sung to."""
        if self.lyrics is None or layer != self.lyrics.layer:
            return []
        found = on_notes(self.lyrics, self.song.state, self.scores[layer].notes)
        return [Syllable(tick, text, kind in (BEGIN, MIDDLE)) for tick, text, kind in found]

    def midi(self, karaoke: bool = False) -> bytes:
        """A MIDI file, or a karaoke file."""
        from stemwright.song.midi import write_midi

        self.require()
        song = self.song
        given = [n for n in self.scores if song.layers[n].score_in_use == song.layers[n].score_sha256]
        return write_midi(
            song.state,
            self.scores,
            self.programs,
            song.title,
            given,
            song.roles,
            lyrics=self.lyrics,
            karaoke=karaoke,
        )

    def musicxml(self) -> bytes:
        """All layers as one score."""
        from stemwright.notation.musicxml_write import write_musicxml

        self.require()
        lyrics = {name: self.sung(name) for name in self.scores}
        song = self.song
        return write_musicxml(
            song.state, self.scores, self.programs, song.title, roles=song.roles, lyrics=lyrics
        )

    def lead_sheet(self) -> bytes:
        """The tune on one staff."""
        from stemwright.notation.musicxml_write import write_musicxml

        tune, song = self.tune(), self.song
        lyrics = {name: self.sung(name) for name in tune if name in self.scores}
        return write_musicxml(
            song.state, tune, self.programs, song.title, roles=song.roles, lead_sheet=True, lyrics=lyrics
        )

    def abc(self) -> bytes:
        """The tune as ABC."""
        from stemwright.notation.abc_write import write_abc

        ((name, score),) = self.tune().items()
        return write_abc(
            self.song.state, score, self.song.title, self.sung(name) if name in self.scores else ()
        )

    def tune(self) -> Scores:
        """The layer that has the tune: the first of its kind; without one, a tune without notes."""
        leads = [name for name in ordered(list(self.scores)) if kind_of(self.song.role(name)) == "lead"]
        if leads:
            return {leads[0]: self.scores[leads[0]]}
        if not any(self.song.state.chords):
            raise UsageError(
                f"{self.path}: has neither a lead nor chords for a lead sheet yet; make them with: "
                "stemwright generate DIR lead"
            )
        return {"lead": Score()}


def _export_scores(path: Path, to: Path | None, named: Collection[str]) -> dict[str, Any]:
    """Where the files of these names are that were written, and what to say of the lyrics in them."""
    folder = reading(path)
    song = folder.load()
    lane = fitting(folder, song) if song.lyrics is not None or "karaoke" in named else None
    printed = _Printed(path, song, folder.scores(song), None if lane is None else lane.lyrics)
    called, data = {}, {}
    for name in named:
        called[name] = exported_name(song.title, PRINTED[name], song.state, _ENDINGS[name])
        made = printed.midi(karaoke=True) if name == "karaoke" else getattr(printed, name)()
        data[called[name]] = made
    files = _put(path, to, data)
    told = {name: str(files[file]) for name, file in called.items()}
    return {**told, "remarks": [] if lane is None else list(lane.remarks)}


def _put(path: Path, to: Path | None, files: Mapping[str, bytes]) -> dict[str, Path]:
    """Write files by their names into `renders/`, or into the folder `to`; where each is."""
    if to is None:
        with writing(path) as folder:
            return {name: folder.renders.put(name, data) for name, data in files.items()}
    with placing(to) as place:
        for name, data in files.items():
            place(name).write_bytes(data)
    return {name: to / name for name in files}
