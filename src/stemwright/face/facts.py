"""What calls give back that are not about one song's acts: MIDI files, what can be chosen, this machine.

As in `results`, every class has `to_json()`, and SHA-256 sums are 64 hex digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stemwright.face.typed import Result


@dataclass(frozen=True)
class ImportedLayer(Result):
    """What a layer was given: `track` is a number from 1, or a list of them; `score` is a SHA-256."""

    track: int | list[int]
    notes: int
    score: str
    timbre: str


@dataclass(frozen=True)
class TempoChange(Result):
    """The tempo from a bar (from 1) on."""

    bar: int
    bpm: float


@dataclass(frozen=True)
class GainChange(Result):
    """How much louder a layer is from a bar (from 1) on, beside its own level."""

    bar: int
    gain_db: float


@dataclass(frozen=True)
class MeterChange(Result):
    """The meter from a bar (from 1) on."""

    bar: int
    meter: str


@dataclass(frozen=True)
class Imported(Result):
    """How a MIDI file was read. `bpm` and `meter` are the first, `tempos` and `meters` their changes.
    `sources`: where bpm, meter, key and chords are from: "file", "given", "notes", "song", "default", "none".
    `remarks`: what did not come through, one line each; `chart_remarks`: how given chords were read.
    """

    run: int
    layers: dict[str, ImportedLayer]
    bpm: float
    meter: str
    tempos: tuple[TempoChange, ...]
    meters: tuple[MeterChange, ...]
    key: str
    bars: int
    style: str
    sources: dict[str, str]
    remarks: tuple[str, ...]
    chart_remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Track(Result):
    """A track of a MIDI file. `track` and `program` count from 1; `layer`: what it would become."""

    track: int
    name: str
    program: int
    drums: bool
    notes: int
    layer: str


@dataclass(frozen=True)
class Tracks(Result):
    """A MIDI file, read and not imported. `changes`: how many there are of tempo, meter and key."""

    bpm: str
    meter: str
    key: str | None
    bars: int
    changes: dict[str, int]
    tracks: tuple[Track, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Installed(Result):
    """A bundle of this installation. `tried`: it gave sound just now."""

    path: Path
    ok: bool
    problem: str | None
    kind: str | None
    preset: str | None
    timbres: tuple[str, ...]
    sha256: str | None
    tried: bool


@dataclass(frozen=True)
class Machine(Result):
    """This machine and this installation. `ok`: it can make a song; `problems`: one line each."""

    ok: bool
    problems: tuple[str, ...]
    isa: str | None
    isa_available: tuple[str, ...]
    threads: int
    cores: int
    processor: str
    memory_mb: int | None
    versions: dict[str, str]
    bundles: dict[str, Installed]


@dataclass(frozen=True)
class Style(Result):
    """A style. `bpm`: its usual tempi, lowest and highest. `meter`: what new songs in it are in, "" for any.
    `patterns`: the style that it is played like, itself where its patterns are its own. `timbres`: what each
    layer is played in where none is named. `layers`: what a band of this style usually has.
    """

    name: str
    aliases: tuple[str, ...]
    bpm: tuple[float, float]
    meter: str
    patterns: str
    about: str
    timbres: dict[str, str]
    layers: tuple[str, ...]


@dataclass(frozen=True)
class Styles(Result):
    """Every style that a new song may have."""

    styles: tuple[Style, ...]


@dataclass(frozen=True)
class Timbre(Result):
    """A timbre. `range`: lowest and highest pitch, None where the bundle does not say."""

    name: str
    range: tuple[int, int] | None


@dataclass(frozen=True)
class UnderstoodField(Result):
    """A field, what it was understood to be, and the words that say it."""

    field: str
    value: str | int | list[str]
    said: str


@dataclass(frozen=True)
class PromptedState(Result):
    """The state of the song that a prompt starts. `form`: "auto" where it is drawn; `swing`: None where the
    style decides; `density`, `dynamics`: -2 to 2.
    """

    bpm: float
    key: str
    meter: str
    form: str
    swing: str | None
    density: int
    dynamics: int


@dataclass(frozen=True)
class Explained(Result):
    """What was understood of a prompt. `style_by`: "name", "likeness" or "default"; `words`: what only the
    style vector took in; `unread`: what nothing did; `layers`: their timbres.
    """

    prompt: str
    understood: tuple[UnderstoodField, ...]
    style: str
    style_by: str
    nearest_styles: tuple[str, ...]
    words: tuple[str, ...]
    unread: tuple[str, ...]
    remarks: tuple[str, ...]
    state: PromptedState
    length: str | None
    layers: dict[str, str]


@dataclass(frozen=True)
class Played(Result):
    """What a layer can be played in, and the bundle that plays it. The first timbre is the default."""

    bundle: str
    timbres: tuple[Timbre, ...]


@dataclass(frozen=True)
class Timbres(Result):
    """What there is, by layer."""

    layers: dict[str, Played]


@dataclass(frozen=True)
class Syllable(Result):
    """A syllable and where it begins. `kind`: "single", "begin", "middle" or "end" of its word; `stress`: 1
    stressed, 2 half, 0 not; `tick`: 96 a quarter note; `bar` and `beat` from 1.
    """

    text: str
    kind: str
    stress: int
    tick: int
    bar: int
    beat: float
    seconds: float


@dataclass(frozen=True)
class LyricLine(Result):
    """A line of lyrics, of `bars` bars from `bar` (from 1) on. `section`: None where the bar is not in the
    song. `by_hand`: a person placed it. `syllables`: none where they do not fit.
    """

    line: int
    section: str | None
    bar: int
    bars: int
    text: str
    by_hand: bool
    syllables: tuple[Syllable, ...]


@dataclass(frozen=True)
class Lyrics(Result):
    """The words of a song. `run`: its number in the log, None where nothing was changed. `layer`: the melody
    that they are sung to, None: the beats. `file`: what was written with `out`.
    """

    run: int | None
    layer: str | None
    language: str
    lines: tuple[LyricLine, ...]
    remarks: tuple[str, ...]
    file: Path | None = None


@dataclass(frozen=True)
class Rubbish(Result):
    """Files that can go, and their bytes."""

    files: int
    bytes: int


@dataclass(frozen=True)
class Collected(Result):
    """What no run reaches: objects, all of `cache/`, temporary files. `deleted`: whether it is gone."""

    deleted: bool
    objects: Rubbish
    cache: Rubbish
    temporary: Rubbish


@dataclass(frozen=True)
class Copied(Result):
    """A copy of a song: its folder, how many files and bytes were copied, objects that were checked."""

    song: Path
    files: int
    bytes: int
    objects: int


@dataclass(frozen=True)
class LearntStyle(Result):
    """A part of a personal style. `layer`: whose performer learnt it, or "notes"; `path`: the adapter's
    bundle, or the style file, whose name `song_style` is; `held_out`: what was measured, docs/personal.md.
    """

    name: str
    layer: str
    path: Path
    sha256: str
    held_out: dict[str, Any]
    song_style: str | None = None


@dataclass(frozen=True)
class PersonalPart(Result):
    """A part of a personal style as `personal list` shows it. `gain_percent`: how much lower the loss of what
    was held out is; `style_file`: of notes.
    """

    name: str
    layer: str
    rank: int | None
    timbre: str
    base_sha256: str | None
    gain_percent: float | None
    consent: tuple[str, ...]
    sources: tuple[str, ...]
    style_file: str | None


@dataclass(frozen=True)
class PersonalStyles(Result):
    """Every part of every personal style, by name and layer."""

    styles: tuple[PersonalPart, ...]


@dataclass(frozen=True)
class RemovedStyle(Result):
    """The parts of a personal style that are gone. `remarks`: what stays, one line each."""

    name: str
    layers: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class ExportedStyle(Result):
    """What was written to pass on: `kind` is "adapter", "performer" or "style" (a file)."""

    bundle: Path
    kind: str
    sha256: str
