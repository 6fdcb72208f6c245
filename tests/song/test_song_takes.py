"""Takes that a sampler played: schema 2, written only where one is there; songs without stay in schema 1."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stemwright.errors import UsageError
from stemwright.song.document import LayerEntry, Sampled, Song, Take, dumps, loads
from stemwright.song.sealed import seal
from stemwright.song.state import GlobalState

PLAYER = Sampled("Größe 1.sf2", "0:24 Nylon/Guitar", "c" * 64)
PLAIN = Take(1, 7, "saw", "a" * 64, "b" * 64, "d" * 64, 324, 1)
SAMPLED = Take(2, 8, "", "a" * 64, None, None, 324, 2, "e" * 64, PLAYER)


def song(*takes: Take) -> Song:
    state = GlobalState.create("97.3", "F# minor", "7/8", "intro:1", "rock")
    return Song("A Tune", state, 1, {"lead": LayerEntry("saw", takes[-1].take, takes)})


def changed(**changes: Any) -> bytes:
    """The document with changes of its sampled take, sealed again."""
    document = json.loads(dumps(song(PLAIN, SAMPLED)))
    document["layers"]["lead"]["takes"][1].update(changes)
    return seal(document)


def test_a_sampled_take_raises_the_schema_and_comes_back() -> None:
    data = dumps(song(PLAIN, SAMPLED))
    assert (
        json.loads(data)["schema"] == 2 and loads(data) == song(PLAIN, SAMPLED) and dumps(loads(data)) == data
    )
    take = json.loads(data)["layers"]["lead"]["takes"][1]
    assert take["player"] == {
        "kind": "sampler",
        "name": PLAYER.name,
        "preset": PLAYER.preset,
        "sha256": "c" * 64,
    }
    assert take["audio_sha256"] == "e" * 64 and not {"tokens_sha256", "bundle_sha256", "timbre"} & set(take)
    assert (SAMPLED.kind, SAMPLED.content_sha256, PLAIN.kind, PLAIN.content_sha256) == (
        "audio", "e" * 64, "tokens", "b" * 64,
    )  # fmt: skip


def test_a_song_without_one_is_written_and_read_as_before() -> None:
    data = dumps(song(PLAIN))
    assert json.loads(data)["schema"] == 1 and loads(data) == song(PLAIN)


def test_an_old_document_holds_no_sampled_take() -> None:
    document = json.loads(dumps(song(PLAIN, SAMPLED)))
    with pytest.raises(UsageError, match="takes"):
        loads(seal({**document, "schema": 1}))


def test_a_layer_goes_on_in_its_performers_timbre() -> None:
    entry = LayerEntry("", 1, (PLAIN,)).with_active(1).with_take(SAMPLED)
    assert entry.timbre == "saw" and entry.take == 2 and entry.with_active(1).timbre == "saw"


@pytest.mark.parametrize(
    "changes",
    [
        {"player": {"kind": "flute", "name": "a", "preset": "", "sha256": "c" * 64}},
        {"player": {"kind": "sampler", "name": "a/b", "preset": "", "sha256": "c" * 64}},
        {"player": {"kind": "sampler", "name": "", "preset": "", "sha256": "c" * 64}},
        {"player": {"kind": "sampler", "name": "a\n", "preset": "", "sha256": "c" * 64}},
        {"player": {"kind": "sampler", "name": "a" * 101, "preset": "", "sha256": "c" * 64}},
        {"player": {"kind": "sampler", "name": "a", "preset": "", "sha256": "c"}},
        {"player": {"kind": "sampler", "name": "a", "preset": ""}},
        {"player": None},
        {"audio_sha256": None},
        {"tokens_sha256": "b" * 64},
        {"timbre": "saw"},
    ],
)
def test_a_take_that_is_neither_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        loads(changed(**changes))


def test_a_take_is_of_one_kind() -> None:
    with pytest.raises(UsageError, match="either a performer's or a sampler's"):
        Take(1, 7, "saw", "a" * 64, "b" * 64, "d" * 64, 324, 1, "e" * 64, PLAYER)
    with pytest.raises(UsageError, match="either a performer's or a sampler's"):
        Take(1, 7, "saw", "a" * 64, "b" * 64, "d" * 64, 324, 1, "e" * 64)
