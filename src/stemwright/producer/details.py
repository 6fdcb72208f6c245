"""What runs tell of what they did, in `details` of their records: written from these classes, read by them.

What has a default was not told by runs of older versions. docs/formats.md describes the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from stemwright.producer.fields import checked, plain, read
from stemwright.producer.wanted import ARRANGER

if TYPE_CHECKING:
    from stemwright.song.document import Take
    from stemwright.store import SongFolder

Written = tuple[tuple[int, int, int], ...]
"""Which run wrote each bar of a layer's notes: (first bar, last bar, run), bars counted from 1."""


class _Told:
    """Details as a record has them."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """As a record tells them."""
        return plain(self)  # type: ignore[arg-type]  # every kind of details is a dataclass

    @classmethod
    def from_json(cls, value: object, where: str) -> Self:
        """From a record. StemwrightError, with `where` in it they are, for what is none."""
        return read(cls, value, where)


@dataclass(frozen=True, slots=True)
class ByPerformer(_Told):
    """Tokens, and the performer or flow that made them: SHA-256 of its bundle and of the codec whose tokens
    it speaks, and how it drew them. `runtime`: what computed them, where that is not the engine, which gives
    the same on every machine. `style`: the personal style, by name and SHA-256, and its strength. `words`:
    how it was to sound.
    """

    timbre: str
    sampling: dict[str, float]
    bundle: str
    codec: str | None
    tokens: str
    runtime: str | None = None
    style: dict[str, Any] | None = None
    words: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As a record tells them: `runtime`, `style` and `words` only where there are any."""
        told, seldom = plain(self), ("runtime", "style", "words")
        return {name: value for name, value in told.items() if name not in seldom or value}


@dataclass(frozen=True, slots=True)
class BySampler(_Told):
    """Sound, and the sampler's file that it is by: kind, name, preset and SHA-256."""

    player: dict[str, str]
    audio: str


@dataclass(frozen=True, slots=True)
class GeneratedTake(_Told):
    """A layer's take that `generate` or `perform` made. `bars`: "5-8", which were made again, of the take
    `base`; None: all. `writer`: of what is new in its score; `composer`: SHA-256 of its bundle. `key`: of
    what it was made from. `reused`: whether a run that was stopped had finished it.
    """

    by: ByPerformer | BySampler
    take: int
    seed: int
    bars: str | None
    base: int | None
    score: str
    seconds: float
    reused: bool
    key: str
    writer: str = ARRANGER
    composer: str | None = None
    written: Written | None = None

    def to_json(self) -> dict[str, Any]:
        """As a record tells them: who played among the rest."""
        told = plain(self)
        return {**told.pop("by").to_json(), **told}

    @classmethod
    def from_json(cls, value: object, where: str) -> Self:
        """From a record. StemwrightError, with `where` in it they are, for what is none."""
        given = checked(dict[str, Any], value, where)
        by = (BySampler if "player" in given else ByPerformer).from_json(given, where)
        return read(cls, {**given, "by": by}, where)


@dataclass(frozen=True, slots=True)
class ComposedScore(_Told):
    """A layer's score by the composer: its SHA-256, its notes, SHA-256 of the composer's bundle."""

    score: str
    notes: int
    composer: str | None = None
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class ImportedScore(_Told):
    """A layer's score from a MIDI file: of one track (from 1) or several, and the timbre that plays it."""

    track: int | tuple[int, ...]
    notes: int
    score: str
    timbre: str = ""


@dataclass(frozen=True, slots=True)
class UsedTake(_Told):
    """The take that is active now, and the one before."""

    take: int
    before: int | None


@dataclass(frozen=True, slots=True)
class RemovedLayer(_Told):
    """The active take of a layer that was taken out, and how many takes it had."""

    take: int | None
    takes: int


@dataclass(frozen=True, slots=True)
class ReturnedLayer(_Told):
    """A layer that was put back, and the run that had taken it out."""

    undone: int


@dataclass(frozen=True, slots=True)
class ChangedLayer(_Told):
    """What became of the fields of a layer that were changed, by their names in `song.json`."""

    fields: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As a record tells them: the fields themselves."""
        return dict(self.fields)

    @classmethod
    def from_json(cls, value: object, where: str) -> Self:
        """From a record. StemwrightError, with `where` in it they are, for what is none."""
        return cls(checked(dict[str, Any], value, where))


EDITS = ("edit", "bars", "section", "extend", "remix", "vary")
"""The commands that change what a song is made of; their runs tell of each layer the take that came of it."""

LayerDetails = (
    GeneratedTake | ComposedScore | ImportedScore | UsedTake | RemovedLayer | ReturnedLayer | ChangedLayer
)


@dataclass(frozen=True, slots=True)
class WrittenStems(_Told):
    """The takes that sound, by layer; SHA-256 of the bundle that decoded each, None for a sampler's; Hz."""

    takes: dict[str, int]
    decoders: dict[str, str | None] = field(default_factory=dict)
    sample_rate: int | None = None


@dataclass(frozen=True, slots=True)
class WrittenMix(_Told):
    """As of `WrittenStems`, and the mix: gains and the most limiting in dB, loudness in LUFS and whether it
    is what was asked for, true peak in dBTP. `players`: samplers that played in place of takes, by layer.
    `master`: the name of the master that the mix was given.
    """

    takes: dict[str, int]
    gains_db: dict[str, float]
    limiting_db: float
    loudness_lufs: float
    true_peak_dbtp: float
    reached: bool
    decoders: dict[str, str | None] = field(default_factory=dict)
    sample_rate: int | None = None
    players: dict[str, dict[str, str]] = field(default_factory=dict)
    master: str = "streaming"

    def to_json(self) -> dict[str, Any]:
        """As a record tells them: `players` only where there are some, `master` where it is not the usual."""
        usual = {"players": {}, "master": "streaming"}
        return {name: value for name, value in plain(self).items() if (name, value) not in usual.items()}


@dataclass(frozen=True, slots=True)
class Moved(_Told):
    """Where the song stands now, and where it stood since then: numbers of runs, 0 for its beginning."""

    to: int
    since: int


@dataclass(frozen=True, slots=True)
class ChangedLyrics(_Told):
    """How a song's lyrics were changed: by a "file", another "line", a "melody", "written", "removed"; how
    many lines they have (had, where they were removed), their layer, and the SHA-256 of their text, LF
    between lines. `line`: which; `theme`, `seed`, `writer`: of what was written, by "stemwright" or a
    program's name.
    """

    how: str
    lines: int
    layer: str | None
    text: str
    line: int | None = None
    theme: str | None = None
    seed: int | None = None
    writer: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As a record tells them: what is None is left out, but for the layer."""
        return {name: v for name, v in plain(self).items() if v is not None or name == "layer"}


@dataclass(frozen=True, slots=True)
class JoinedBranch(_Told):
    """The branch that was merged in, the run where it stood and the one that both came from. `taken`: of
    fields and layers of the song whose they are, "theirs" or "both"; what is not named is as it was here.
    """

    branch: str
    theirs: int
    base: int
    taken: dict[str, str]


Details = Mapping[str, LayerDetails] | WrittenStems | WrittenMix | ChangedLyrics | Moved | JoinedBranch
"""Of a run: those of each layer, or of what sounds."""


def to_json(details: Details) -> dict[str, Any]:
    """As a record tells them."""
    if isinstance(details, Mapping):
        return {layer: told.to_json() for layer, told in details.items()}
    return details.to_json()


def of_layer(record: Mapping[str, Any], layer: str) -> LayerDetails | None:
    """What the record of a run tells of a layer; None where that is nothing. StemwrightError where it is
    damaged.
    """
    where = f"runs/{record['run']:06d}.json: details"
    told = checked(dict[str, Any], record.get("details", {}), where)
    kind = _kind(record.get("command"), told.get(layer))
    return None if kind is None or layer not in told else kind.from_json(told[layer], f"{where}.{layer}")


def of_take(folder: SongFolder, layer: str, take: Take) -> GeneratedTake | None:
    """What the run that made a take tells of it; None where it does not. Errors as of `of_layer`."""
    record = folder.runs.read(take.run)
    told = of_layer(record, _name_then(record, layer, take))
    return told if isinstance(told, GeneratedTake) else None


def _name_then(record: Mapping[str, Any], layer: str, take: Take) -> str:
    """What a layer was called when a run made a take of it."""
    there = record.get("details")
    if not isinstance(there, Mapping) or layer in there:
        return layer
    content = "tokens" if take.tokens_sha256 else "audio"
    made = (
        name
        for name, told in there.items()
        if isinstance(told, Mapping) and told.get(content) == take.content_sha256
    )
    return next(made, layer)


def _kind(command: object, told: object) -> type[LayerDetails] | None:
    """What a command's runs tell of a layer."""
    if command in EDITS:
        return GeneratedTake if isinstance(told, Mapping) and "key" in told else ChangedLayer
    match command:
        case "generate":
            return GeneratedTake
        case "compose":
            return ComposedScore
        case "import":
            return ImportedScore
        case "use":
            return UsedTake
        case "layer":
            return ChangedLayer
        case "remove":
            return ReturnedLayer if isinstance(told, Mapping) and "undone" in told else RemovedLayer
    return None
