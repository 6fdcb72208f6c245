"""`song.json`: the song as a document with a schema version and its own SHA-256 (see `sealed`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from stemwright.errors import UsageError
from stemwright.song.fields import expect_fields, expect_int, expect_list, expect_text
from stemwright.song.layers import check_layer_name, ordered
from stemwright.song.names import check_title
from stemwright.song.sealed import MAX_BYTES, SHA_FIELD, check_seal, parse_object, seal
from stemwright.song.state import GlobalState
from stemwright.song.takes import (
    MAX_SEED,
    MAX_TAKES,
    Sampled,
    Take,
    check_timbre,
    is_sha,
    take_from_json,
    take_to_json,
)

__all__ = ["MAX_BYTES", "MAX_SEED", "SCHEMA", "LayerEntry", "Sampled", "Song", "Take", "check_title"]
__all__ += ["dumps", "loads"]

SCHEMA = 3
"""The newest schema; a song is written in the oldest one that holds it. 1: all takes are performers' tokens.
2: a take may also be a sampler's sound. 3: tempo and meter may change.
"""
MAX_LAYERS = 64


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """A layer: the timbre of its next take ("" = the performer's first), its takes, the active one's number.

    `score_sha256`: the score that it was given (imported or composed), which its takes play; or None.
    """

    timbre: str = ""
    take: int | None = None
    takes: tuple[Take, ...] = ()
    score_sha256: str | None = None

    def __post_init__(self) -> None:
        if self.score_sha256 is not None and not is_sha(self.score_sha256):
            raise UsageError(f"score_sha256: {self.score_sha256[:70]!r} should be 64 hex digits")
        check_timbre(self.timbre)
        numbers = [take.take for take in self.takes]
        if any(a >= b for a, b in pairwise(numbers)):
            raise UsageError("takes: should be numbered upwards, each once")
        if self.take is not None and self.take not in numbers:
            raise UsageError(f"take: {self.take} does not exist; there are {len(numbers)} takes")

    @property
    def active(self) -> Take | None:
        """The active take, or None where there is none yet."""
        return next((take for take in self.takes if take.take == self.take), None)

    @property
    def score_in_use(self) -> str | None:
        """SHA-256 of the score that it plays: its active take's, else the one given, else None."""
        return self.active.score_sha256 if self.active else self.score_sha256

    @property
    def timbre_in_use(self) -> str:
        """What its performer plays the layer in; "" where that is left to the performer's bundle."""
        return self.active.timbre if self.active and self.active.player is None else self.timbre

    @property
    def next_take(self) -> int:
        """The number the next take gets."""
        return self.takes[-1].take + 1 if self.takes else 1

    def with_take(self, take: Take) -> LayerEntry:
        """This layer with one more take, which becomes the active one."""
        return replace(self, takes=(*self.takes, take)).with_active(take.take)

    def with_score(self, sha: str) -> LayerEntry:
        """This layer with the score that it is given. Unless the active take plays just this one, none is
        active: the notes are still to be performed.
        """
        plays = self.active is not None and self.active.score_sha256 == sha
        return replace(self, score_sha256=sha, take=self.take if plays else None)

    def with_active(self, number: int) -> LayerEntry:
        """This layer with take `number` active; the layer goes on in that take's timbre, if it has one."""
        takes = (take for take in self.takes if take.take == number and take.player is None)
        return replace(self, take=number, timbre=next((take.timbre for take in takes), self.timbre))


@dataclass(frozen=True, slots=True)
class Song:
    """Title, global state, seed, layers by name (in the fixed order). `layers` is not to be changed."""

    title: str
    state: GlobalState
    seed: int = 0
    layers: dict[str, LayerEntry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_title(self.title)
        expect_int(self.seed, "seed", 0, MAX_SEED)
        if len(self.layers) > MAX_LAYERS:
            raise UsageError(f"layers: {len(self.layers)} given; at most {MAX_LAYERS} are allowed")
        for name in self.layers:
            check_layer_name(name, "layers")
        object.__setattr__(self, "layers", {name: self.layers[name] for name in ordered(list(self.layers))})

    def with_layer(self, name: str, entry: LayerEntry) -> Song:
        """This song with a layer added or replaced."""
        return replace(self, layers={**self.layers, name: entry})

    def without_layer(self, name: str) -> Song:
        """This song with a layer less."""
        return replace(self, layers={other: entry for other, entry in self.layers.items() if other != name})

    def layer(self, name: str) -> LayerEntry:
        """A layer of this song. UsageError where it has none of that name."""
        if name not in self.layers:
            raise UsageError(
                f"layer {name[:40]!r}: is not in this song; it has {', '.join(self.layers) or 'no layers'}"
            )
        return self.layers[name]


def dumps(song: Song) -> bytes:
    """The bytes of `song.json`."""
    data = seal(_song_to_json(song))
    if len(data) > MAX_BYTES:
        raise UsageError(
            f"song.json: would have {len(data)} bytes, at most {MAX_BYTES} are allowed; use fewer bars"
        )
    return data


def loads(data: bytes, name: str = "song.json") -> Song:
    """The song in the bytes of a `song.json`. UsageError with `name` and the field for anything else."""
    document = parse_object(data, name)
    schema = document.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise UsageError(f"{name}: schema is missing or no version number; is it the right file?")
    if schema > SCHEMA:
        raise UsageError(
            f"{name}: schema {schema} is newer than {SCHEMA}, the newest known here; update Stemwright"
        )
    check_seal(document, data, name)
    try:
        song = _song_from_json(document, schema)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None
    if dumps(song) != data:
        raise UsageError(
            f'{name}: a field is not in its plain form (key "Bbm" for "Bb minor"); restore it from a copy'
        )
    return song


def _song_to_json(song: Song) -> dict[str, Any]:
    return {
        "schema": _schema_of(song),
        "title": song.title,
        "seed": song.seed,
        "state": song.state.to_json(),
        "layers": {name: _entry_to_json(entry) for name, entry in song.layers.items()},
    }


def _schema_of(song: Song) -> int:
    """The oldest schema that holds a song."""
    if song.state.tempos or song.state.meters:
        return 3
    sampled = any(take.player is not None for entry in song.layers.values() for take in entry.takes)
    return 2 if sampled else 1


def _entry_to_json(entry: LayerEntry) -> dict[str, Any]:
    takes = [take_to_json(take) for take in entry.takes]
    return {"timbre": entry.timbre, "score_sha256": entry.score_sha256, "take": entry.take, "takes": takes}


def _song_from_json(document: Mapping[str, Any], schema: int) -> Song:
    fields = expect_fields(document, "song", ("schema", "title", "seed", "state", "layers", SHA_FIELD))
    layers = fields["layers"]
    if not isinstance(layers, Mapping):
        raise UsageError("layers: should be an object of layers by name")
    return Song(
        title=expect_text(fields["title"], "title"),
        state=GlobalState.from_json(fields["state"]),
        seed=expect_int(fields["seed"], "seed", 0, MAX_SEED),
        layers={name: _entry_from_json(item, name, schema) for name, item in layers.items()},
    )


def _entry_from_json(item: object, name: object, schema: int) -> LayerEntry:
    where = f"layers.{check_layer_name(name, 'layers')}"
    fields = expect_fields(item, where, ("timbre", "score_sha256", "take", "takes"))
    given = fields["score_sha256"]
    score = None if given is None else expect_text(given, f"{where}.score_sha256")
    timbre = expect_text(fields["timbre"], f"{where}.timbre")
    active = None if fields["take"] is None else expect_int(fields["take"], f"{where}.take", 1, MAX_TAKES)
    takes = expect_list(fields["takes"], f"{where}.takes")
    try:
        return LayerEntry(timbre, active, tuple(take_from_json(take, schema) for take in takes), score)
    except UsageError as error:
        raise UsageError(f"{where}.{error}") from None
