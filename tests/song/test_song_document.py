"""song.json: round trip, the golden document, and that no changed byte is ever accepted."""

import hashlib
import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.document import MAX_BYTES, LayerEntry, Song, Take, dumps, loads
from stemwright.song.harmony import Chord
from stemwright.song.rhythm import RhythmMap
from stemwright.song.sealed import seal
from stemwright.song.state import GlobalState


def take(number: int, **changes: Any) -> Take:
    shas = {
        name: hashlib.sha256(f"{name}{number}".encode()).hexdigest() for name in ("score", "tokens", "bundle")
    }
    fields = {f"{name}_sha256": sha for name, sha in shas.items()}
    fields |= {"take": number, "seed": 2**64 - number, "timbre": "saw", "frames": 324, "run": number}
    return Take(**{**fields, **changes})


def fixed_song() -> Song:
    state = GlobalState.create("97.3", "F# minor", "7/8", "intro:1 verse:1", "lo-fi hip hop")
    state = state.with_(
        chords=(Chord("F#", "m7"),) * 7 + (Chord("D", "maj7", "F#"),) * 6 + (None,),
        rhythm=RhythmMap(Fraction(2, 3), ("90402060904020", "90402060904029")),
    )
    layers = {
        "lead": LayerEntry("saw", 1, (take(1), take(3))),
        "drums": LayerEntry("studio", 2, (take(1), take(2, timbre="")), "ab" * 32),
        "bass": LayerEntry(),
    }
    return Song("Straße nach Süden", state, 2**64 - 1, layers)


GOLDEN = dumps(fixed_song())


def test_round_trip() -> None:
    song = loads(GOLDEN)
    assert song == fixed_song() and dumps(song) == GOLDEN
    assert list(song.layers) == ["drums", "bass", "lead"]
    assert b'"bpm": 97.3,' in GOLDEN and GOLDEN.endswith(b"}\n") and b"\r" not in GOLDEN
    assert "Straße".encode() in GOLDEN


def test_golden_document() -> None:
    assert (
        hashlib.sha256(GOLDEN).hexdigest()
        == "a604459796aff888ced25bec8ddb4f98ca0015f9f8d80249a1b68a2221247e87"
    )


def test_seal_is_over_the_document_without_it() -> None:
    bare = json.loads(GOLDEN)
    sha = bare.pop("sha256")
    text = json.dumps(bare, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    assert hashlib.sha256(text.encode()).hexdigest() == sha


@settings(max_examples=300)
@given(st.integers(0, len(GOLDEN) * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    damaged = bytearray(GOLDEN)
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(UsageError, match=r"^song\.json: ") as caught:
        loads(bytes(damaged))
    assert "\n" not in str(caught.value)


@given(st.integers(0, len(GOLDEN) - 1))
def test_any_truncation_is_refused(length: int) -> None:
    with pytest.raises(UsageError, match=r"^x/song\.json: "):
        loads(GOLDEN[:length], "x/song.json")


@given(st.binary(max_size=100))
def test_any_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"^song\.json: "):
        loads(data)


def changed(path: tuple[str, ...], value: object) -> bytes:
    """The fixed document with one field set to another value, sealed again as an attacker would."""
    document = json.loads(GOLDEN)
    at = document
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return seal(document)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("schema",), 99, "schema 99 is newer"),
        (("schema",), "1", "schema is missing"),
        (("schema",), 0, "schema is missing"),
        (("title",), "../x", "title: "),
        (("title",), 5, "title: "),
        (("seed",), -1, "seed: "),
        (("seed",), 2**64, "seed: "),
        (("seed",), 1.5, "seed: "),
        (("extra",), 1, "song.extra: "),
        (("layers",), [], "layers: "),
        (("layers", "../drums"), {}, "layers: "),
        (("layers", "drums"), 1, "layers.drums: "),
        (("layers", "drums", "timbre"), "../../etc/passwd", "layers.drums.timbre: "),
        (("layers", "drums", "score_sha256"), "../x", "layers.drums.score_sha256: "),
        (("layers", "drums", "take"), 7, "layers.drums.take: "),
        (("layers", "drums", "takes"), [{}], "layers.drums.takes.take: "),
        (("state", "bpm"), 1e9, "bpm: "),
        (("state", "bpm"), "97.3", "state.bpm: "),
        (("state", "key"), "H major", "key: "),
        (("state", "key"), "F#m", "plain form"),
        (("state", "bpm"), 97.0, "plain form"),
    ],
)
def test_bad_fields_are_named(path: tuple[str, ...], value: object, words: str) -> None:
    with pytest.raises(UsageError, match=r"^song\.json: ") as caught:
        loads(changed(path, value))
    assert words in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("field", ["score_sha256", "tokens_sha256", "bundle_sha256"])
@pytest.mark.parametrize("sha", ["", "a" * 63, "A" * 64, "../" + "a" * 61, "g" * 64])
def test_bad_hashes(field: str, sha: str) -> None:
    with pytest.raises(UsageError, match=rf"^{field}: "):
        take(1, **{field: sha})


def test_edited_and_oversized() -> None:
    with pytest.raises(UsageError, match=r"is empty"):
        loads(b"")
    with pytest.raises(UsageError, match=r"was edited or damaged"):
        loads(GOLDEN.replace(b"97.3", b"98.3"))
    with pytest.raises(UsageError, match=r"was edited or damaged"):
        loads(GOLDEN + b"\n")
    with pytest.raises(UsageError, match=r"sha256 is missing"):
        loads(b'{"schema": 1}')
    with pytest.raises(UsageError, match=r"at most"):
        loads(b" " * (MAX_BYTES + 1))
    for deep in (
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"9" * 10_000,
        b"[NaN]",
        b"\xff",
        b'{"schema": 1e999999999}',
    ):
        with pytest.raises(UsageError):
            loads(deep)


def test_takes() -> None:
    entry = LayerEntry().with_take(take(1)).with_take(take(2))
    assert entry.take == 2 and entry.active == take(2) and entry.next_take == 3
    assert LayerEntry().active is None and LayerEntry().next_take == 1
    with pytest.raises(UsageError, match=r"^takes: "):
        LayerEntry(takes=(take(2), take(1)))
    with pytest.raises(UsageError, match=r"^take: "):
        LayerEntry(take=1)
    song = fixed_song().with_layer("choir", entry)
    assert song.layer("choir") is entry and list(song.layers)[-1] == "choir"
    with pytest.raises(UsageError, match=r"layer 'flute': is not in this song; it has drums, bass, lead"):
        fixed_song().layer("flute")


def test_variation_is_there_where_it_is_not_the_usual() -> None:
    song = replace(fixed_song(), variation=80)
    data = dumps(song)
    assert loads(data) == song and json.loads(data)["schema"] == 4 and json.loads(data)["variation"] == 80
    assert b"variation" not in GOLDEN
    for variation in (101, -1, 50.5, "50"):
        with pytest.raises(UsageError, match="variation"):
            loads(seal({**json.loads(data), "variation": variation}))
    with pytest.raises(UsageError, match="variation"):
        loads(seal({**json.loads(data), "schema": 3}))
