"""What the calls of a song give back. Every class has `to_json()`: what the command prints with `--json`.

SHA-256 sums are 64 hex digits; "" as a timbre is its bundle's first one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from stemwright.face.facts import GainChange, MeterChange, TempoChange
from stemwright.face.typed import Result


@dataclass(frozen=True)
class Player(Result):
    """The file that a take's sound is from: its name and preset ("" for none), and its SHA-256. `kind`:
    "sampler", which played notes, or "recording".
    """

    kind: str
    name: str
    preset: str
    sha256: str


@dataclass(frozen=True)
class Take(Result):
    """One result for a layer. `tokens_sha256` is None where a sampler played it or it is a recording, else
    `audio_sha256` is.
    """

    take: int
    active: bool
    seed: int
    timbre: str
    run: int
    tokens_sha256: str | None
    audio_sha256: str | None
    player: Player | None
    score_sha256: str
    bundle_sha256: str | None
    frames: int


@dataclass(frozen=True)
class Takes(Result):
    """All takes, by layer."""

    layers: dict[str, tuple[Take, ...]]


@dataclass(frozen=True)
class MadeLayer(Result):
    """The active take of a layer after `generate`. `how`: "made", "finished before" or "kept"."""

    take: int
    seed: int
    timbre: str
    tokens_sha256: str | None
    audio_sha256: str | None
    player: Player | None
    how: str
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Stale(Result):
    """A layer that is not as it should be. `reason`: "unperformed" (its notes are not played yet), "unmade",
    "unplayable" (no bundle plays it), "undecodable" (its codec is not installed), "chords" (its notes were
    written to other chords). `take`: what sounds, None: nothing. `bars`: where, all where it is empty.
    `next`: the command that mends it.
    """

    layer: str
    reason: str
    take: int | None
    bars: tuple[str, ...]
    next: str


@dataclass(frozen=True)
class Generated(Result):
    """`run`: its number in the log, None where nothing was missing. `rtf`: real-time factor. `left_out`:
    layers that no bundle plays, and why. `stale`, `remarks`: what is not yet as it should be.
    """

    run: int | None
    seconds: float
    audio_seconds: float
    rtf: float | None
    layers: dict[str, MadeLayer]
    left_out: dict[str, str]
    stale: tuple[Stale, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class WrittenLayer(Result):
    """A layer's new score: its SHA-256, its notes, the SHA-256 of the composer's bundle."""

    score: str
    notes: int
    composer: str


@dataclass(frozen=True)
class Composed(Result):
    """New scores by layer; with `variations` there are only `files`, MIDI files by their seeds.

    `chart_remarks`: how chords that were given were read, one line each. `stale`, `remarks`: layers whose
    notes were written to other chords.
    """

    run: int | None = None
    seed: int | None = None
    seconds: float = 0.0
    layers: dict[str, WrittenLayer] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    chart_remarks: tuple[str, ...] = ()
    stale: tuple[Stale, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mixed(Result):
    """The files of a mix. `stems` by layer, where they were asked for; loudness in LUFS, peak in dBTP.
    `stale`: layers that sound as before, since their notes are not performed yet.
    """

    mix: Path
    stems: dict[str, Path]
    seconds: float
    sample_rate: int
    loudness_lufs: float
    true_peak_dbtp: float
    stale: tuple[Stale, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Played(Result):
    """`seconds` that were played, or written to `file` (None: it was played). `stopped`: by the user."""

    seconds: float
    file: Path | None
    stopped: bool
    stale: tuple[Stale, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Watched(Result):
    """A mix that `watch` made, as of `Mixed`; or the `error` why there is none."""

    error: str | None
    mix: Path | None = None
    seconds: float | None = None
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class MadeSong(Mixed):
    """A mix, its layers and what it all took: `elapsed_seconds` of wall clock, `rtf` of that per second.
    `chart_remarks`: how chords that were given were read, one line each.
    """

    elapsed_seconds: float
    rtf: float
    layers: dict[str, MadeLayer]
    chart_remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Used(Result):
    """Which take is active now, and which one was `before`; `run` is None where it was active already."""

    layer: str
    take: int
    before: int | None
    timbre: str
    run: int | None
    tokens_sha256: str | None
    audio_sha256: str | None
    player: Player | None


@dataclass(frozen=True)
class LayerSet(Result):
    """How a layer is now. `run`: None where nothing changed. `gain_db`: beside its kind's usual level; `pan`:
    -1 left .. 1 right, None: where its kind stands. `gains`: its changes from bar to bar. `take`: of a
    recording that was added.
    """

    layer: str
    run: int | None
    timbre: str
    kind: str
    gain_db: float
    pan: float | None
    mute: bool
    solo: bool
    gains: tuple[GainChange, ...]
    remarks: tuple[str, ...]
    take: int | None = None


@dataclass(frozen=True)
class Removed(Result):
    """A layer that was taken out or put back, and how many takes it has."""

    run: int
    layer: str
    takes: int


@dataclass(frozen=True)
class ChangedBars(Result):
    """Bars of a layer ("5-8", "" for none) that a change writes, and those that it performs anew."""

    written: str
    performed: str


@dataclass(frozen=True)
class Changed(Result):
    """A change of a song, `what`, and the song's bars and form after it. `run`: None where it was tried alone
    (`dry_run`) or changes nothing. `layers`: those that it touches. `estimated_seconds`: of the performing.
    """

    run: int | None
    dry_run: bool
    what: str
    bars: int
    form: str
    layers: dict[str, ChangedBars]
    seconds: float
    estimated_seconds: float
    stale: tuple[Stale, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Moved(Result):
    """Where the song stands now: `to`, a run (0: its beginning), and `branch`. `layers`: those that are not
    as they were. `run`: of the move itself, None where nothing changed. `new`: whether the branch was begun.
    """

    run: int | None
    to: int
    layers: tuple[str, ...]
    branch: str = ""
    new: bool = False


@dataclass(frozen=True)
class Branches(Result):
    """The run that each branch stands at (0: the song's beginning), and the `branch` that is worked on."""

    branch: str
    branches: dict[str, int]


@dataclass(frozen=True)
class Run(Result):
    """One act. `made`: SHA-256 of what it made; `what`: the change in words; `message`, `author`: why and by
    whom, "" where that was not said; `at`: the run that had made the song what it was after it (0: none), on
    `branch`; `parents`: those that it was made from, two of a merge.
    """

    run: int
    parent: str | None
    command: str
    layers: tuple[str, ...]
    seed: int | None
    rtf: float | None
    peak_memory_mb: float | None
    seconds: float | None
    made: tuple[str, ...]
    what: str
    message: str
    author: str
    branch: str
    at: int
    parents: tuple[int, ...]


@dataclass(frozen=True)
class Log(Result):
    """Every run, first to last; the `branch` that is worked on, and the run that each one stands at."""

    runs: tuple[Run, ...]
    branch: str
    branches: dict[str, int]


@dataclass(frozen=True)
class Verified(Result):
    """`ok`: every file is what it was when it was written. `problems`, `notes` (files of other programs,
    which are no fault): one line each.
    """

    ok: bool
    objects: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Exported(Result):
    """The files that were written: the scores as MIDI and as printed music, the stems by layer, the click
    track. `stale`: as of `Mixed`.
    """

    midi: Path | None
    stems: dict[str, Path]
    click: Path | None
    stale: tuple[Stale, ...]
    remarks: tuple[str, ...]
    karaoke: Path | None = None
    musicxml: Path | None = None
    lead_sheet: Path | None = None
    abc: Path | None = None


@dataclass(frozen=True)
class Section(Result):
    """A named span of bars."""

    name: str
    bars: int


@dataclass(frozen=True)
class ShownLayer(Result):
    """A layer and its active take; None where it has none. `takes`: how many there are. The last six are as
    of `LayerSet`.
    """

    timbre: str
    take: int | None
    takes: int
    seed: int | None
    tokens_sha256: str | None
    audio_sha256: str | None
    player: Player | None
    score_sha256: str | None
    frames: int | None
    kind: str
    gain_db: float
    pan: float | None
    mute: bool
    solo: bool
    gains: tuple[GainChange, ...]


@dataclass(frozen=True)
class ChartLine(Result):
    """Chords of at most eight bars of a section. `bar`: the first of them, from 1."""

    section: str
    bar: int
    chords: str


@dataclass(frozen=True)
class Shown(Result):
    """What all layers share, and each layer. `bpm` and `meter` are the first, `tempos` and `meters` their
    changes. `prompt`: the words that it was asked for with. `frames`: 75 a second. `chords`: None till
    decided; `chart`: the same in lines. `stale`, `remarks`: layers that are not as they should be.
    """

    title: str
    prompt: str | None
    seed: int
    bpm: float
    meter: str
    tempos: tuple[TempoChange, ...]
    meters: tuple[MeterChange, ...]
    key: str
    style: str
    sections: tuple[Section, ...]
    chords: str | None
    bars: int
    frames: int
    seconds: float
    layers: dict[str, ShownLayer]
    chart: tuple[ChartLine, ...]
    stale: tuple[Stale, ...]
    remarks: tuple[str, ...]
    pictures: tuple[Path, ...] = ()
