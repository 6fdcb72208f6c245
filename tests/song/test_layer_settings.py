"""Kind, gain, pan, mute and solo of a layer: in `song.json` only where they are not the default."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.document import LayerEntry, Song, dumps, loads
from stemwright.song.layers import KINDS, LAYERS, check_layer_name, is_drums, kind_of, named_kind, role_of
from stemwright.song.sealed import seal
from stemwright.song.state import GlobalState

STATE = GlobalState.create(form="verse:1")
heard = st.sampled_from([(False, False), (True, False), (False, True)])
entries = st.builds(
    lambda kind, gain, pan, how: LayerEntry("saw", None, (), None, kind, gain, pan, *how),
    st.none() | st.sampled_from(list(KINDS)),
    st.just(0) | st.integers(-60, 24) | st.floats(-60, 24),
    st.none() | st.just(-0.0) | st.floats(-1, 1),
    heard,
)
names = st.from_regex(r"[a-z][a-z0-9_-]{0,31}", fullmatch=True)


@given(st.dictionaries(names, entries, max_size=4))
def test_what_is_written_is_read(layers: dict[str, LayerEntry]) -> None:
    song = Song("A Tune", STATE, 1, layers)
    data = dumps(song)
    assert loads(data) == song and dumps(loads(data)) == data
    plain = all(entry == LayerEntry("saw") for entry in layers.values())
    assert json.loads(data)["schema"] == (1 if plain else 3)
    for name, entry in layers.items():
        told = json.loads(data)["layers"][name]
        assert ("gain_db" in told) == (entry.gain_db != 0) and ("pan" in told) == (entry.pan is not None)
        assert ("mute" in told, "solo" in told) == (entry.mute, entry.solo)


def test_only_what_differs_is_written() -> None:
    entry = LayerEntry("saw", kind="bass", gain_db=-3, pan=0, mute=True)
    song = Song("A Tune", STATE, 1, {"bass": LayerEntry(), "pad": entry})
    layers = json.loads(dumps(song))["layers"]
    assert layers["bass"] == {"timbre": "", "score_sha256": None, "take": None, "takes": []}
    assert layers["pad"] == {
        **layers["bass"], "timbre": "saw", "kind": "bass", "gain_db": -3.0, "pan": 0.0, "mute": True,
    }  # fmt: skip
    assert entry.with_score("ab" * 32).settings == entry.settings, "a new score changes nothing of it"


def damaged(schema: int, **fields: Any) -> bytes:
    document = json.loads(dumps(Song("A Tune", STATE, 1, {"bass": LayerEntry(gain_db=1)})))
    document["schema"] = schema
    document["layers"]["bass"] = {**document["layers"]["bass"], "gain_db": 1.0, **fields}
    return seal(document)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"gain_db": 24.5}, "layers.bass.gain_db: 24.5 is outside -60 to 24"),
        ({"gain_db": -60.5}, "layers.bass.gain_db: -60.5 is outside -60 to 24"),
        ({"gain_db": 10**400}, "layers.bass.gain_db: 1000"),
        ({"gain_db": "loud"}, "layers.bass.gain_db: 'loud' should be a number"),
        ({"gain_db": True}, "layers.bass.gain_db: True should be a number"),
        ({"gain_db": 3}, "not in its plain form"),
        ({"gain_db": 0.0, "mute": True}, "not in its plain form"),
        ({"pan": 1.5}, "layers.bass.pan: 1.5 is outside -1 to 1"),
        ({"pan": None}, "layers.bass.pan: None should be a number"),
        ({"kind": "horns"}, "layers.bass.kind: 'horns' is not known; use drums, bass, harmony, lead, audio"),
        ({"kind": None}, "layers.bass.kind: should be a text"),
        ({"mute": False}, "layers.bass.mute: False should be true, or left out"),
        ({"mute": True, "solo": True}, "layers.bass.solo: the layer is muted"),
        ({"colour": "red"}, "layers.bass.colour: is not a known field"),
    ],
)
def test_what_a_song_may_not_say(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        loads(damaged(3, **fields))
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("schema", [1, 2])
def test_older_schemas_have_no_settings(schema: int) -> None:
    with pytest.raises(UsageError, match=r"layers\.bass\.gain_db: is not a known field"):
        loads(damaged(schema))


@given(names, st.sampled_from(list(KINDS)))
def test_a_role_says_the_kind_and_whose_it_is(name: str, kind: str) -> None:
    role = role_of(name, kind)
    assert named_kind(role) == kind and role.endswith(name) and role_of(name, None) == name
    assert (role == name) == (named_kind(name) == kind)
    if role != name:
        with pytest.raises(UsageError):
            check_layer_name(role)  # no other layer can have it


def test_roles_of_a_song() -> None:
    song = Song("A Tune", STATE, 1, {"bass": LayerEntry(kind="bass"), "pad": LayerEntry(kind="lead")})
    assert song.roles == {"bass": "bass", "pad": "lead:pad"} and song.role("pad") == "lead:pad"
    assert replace(song, layers={name: LayerEntry() for name in LAYERS}).roles == {n: n for n in LAYERS}


def test_percussion_is_drums() -> None:
    assert is_drums("percussion") and is_drums("percussion-2") and kind_of("percussionist") == "harmony"
