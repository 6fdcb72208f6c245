"""`song.json`: the song as a document with a schema version and its own SHA-256 (see `sealed`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from stemwright.errors import UsageError
from stemwright.song.entry import LayerEntry, entry_from_json, entry_to_json
from stemwright.song.fields import expect_fields, expect_int, expect_text
from stemwright.song.layers import check_layer_name, ordered
from stemwright.song.lyric import Lyrics, lyrics_from_json, lyrics_to_json
from stemwright.song.names import check_title
from stemwright.song.sealed import MAX_BYTES, SHA_FIELD, check_seal, parse_object, seal
from stemwright.song.state import GlobalState
from stemwright.song.takes import MAX_SEED, Sampled, Take

__all__ = ["MAX_BYTES", "MAX_SEED", "SCHEMA", "LayerEntry", "Sampled", "Song", "Take", "check_title"]
__all__ += ["dumps", "loads"]

SCHEMA = 6
"""The newest schema; a song is written in the oldest one that holds it. 1: all takes are performers' tokens.
2: a take may also be a sampler's sound. 3: tempo and meter may change; a layer may have a kind, gain, pan,
mute and solo. 4: `variation`. 5: lyrics; a take may also be a recording; a layer may have gains by bars.
6: `prompt`; density and dynamics of the state.
"""
VARIATION = 50
"""How much returning sections differ, in percent, where a song does not say."""
MAX_LAYERS = 64
MAX_PROMPT = 2000


@dataclass(frozen=True, slots=True)
class Song:
    """Title, global state, seed, layers by name (in the fixed order). `layers` is not to be changed.
    `lyrics`: the words, None where there are none.

    `prompt`: the words that it was asked for with, "" where there were none.

    `variation`: how much a section that returns differs from what it was, 0 (not at all) to 100 percent.
    """

    title: str
    state: GlobalState
    seed: int = 0
    layers: dict[str, LayerEntry] = field(default_factory=dict)
    variation: int = VARIATION
    lyrics: Lyrics | None = None
    prompt: str = ""

    def __post_init__(self) -> None:
        check_title(self.title)
        expect_int(self.seed, "seed", 0, MAX_SEED)
        expect_int(self.variation, "variation", 0, 100)
        if len(self.prompt) > MAX_PROMPT:
            raise UsageError(f"prompt: has {len(self.prompt)} letters; at most {MAX_PROMPT} are allowed")
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
                f"layer {name[:40]!r}: is not in this song; it has {', '.join(self.layers) or 'no layers'}",
                field="layer",
            )
        return self.layers[name]

    @property
    def roles(self) -> dict[str, str]:
        """The role of each layer."""
        return {name: self.role(name) for name in self.layers}

    def role(self, name: str) -> str:
        """What a layer goes by wherever its name has to say its kind (`layers.role_of`)."""
        return self.layers[name].role(name)


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
        raise UsageError(f"{name}: {error.marked}") from None
    if dumps(song) != data:
        raise UsageError(
            f'{name}: a field is not in its plain form (key "Bbm" for "Bb minor"); restore it from a copy'
        )
    return song


def _song_to_json(song: Song) -> dict[str, Any]:
    varied = {} if song.variation == VARIATION else {"variation": song.variation}
    words = {} if song.lyrics is None else {"lyrics": lyrics_to_json(song.lyrics)}
    asked = {"prompt": song.prompt} if song.prompt else {}
    return {
        **varied,
        **words,
        **asked,
        "schema": _schema(song),
        "title": song.title,
        "seed": song.seed,
        "state": song.state.to_json(),
        "layers": {name: entry_to_json(entry) for name, entry in song.layers.items()},
    }


def _schema(song: Song) -> int:
    """The oldest schema that holds the song."""
    asked = 6 if song.prompt or song.state.density or song.state.dynamics else 1
    sung = 5 if song.lyrics is not None else 1
    varied = 4 if song.variation != VARIATION else 1
    mapped = 3 if song.state.tempos or song.state.meters else 1
    return max((asked, sung, varied, mapped, *(entry.schema for entry in song.layers.values())))


def _song_from_json(document: Mapping[str, Any], schema: int) -> Song:
    may = ("variation",) * (schema >= 4) + ("lyrics",) * (schema >= 5) + ("prompt",) * (schema >= 6)
    fields = expect_fields(document, "song", ("schema", "title", "seed", "state", "layers", SHA_FIELD), may)
    layers = fields["layers"]
    if not isinstance(layers, Mapping):
        raise UsageError("layers: should be an object of layers by name")
    return Song(
        title=expect_text(fields["title"], "title"),
        state=GlobalState.from_json(fields["state"]),
        seed=expect_int(fields["seed"], "seed", 0, MAX_SEED),
        layers={name: entry_from_json(item, name, schema) for name, item in layers.items()},
        variation=expect_int(fields.get("variation", VARIATION), "variation", 0, 100),
        lyrics=lyrics_from_json(fields["lyrics"]) if "lyrics" in fields else None,
        prompt=expect_text(fields.get("prompt", ""), "prompt"),
    )
