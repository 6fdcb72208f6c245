"""Scores: canonical bytes round trip and refuse damage; slices and overlaps; the golden hash."""

import random
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.drums import DRUM_PIECES, PIECE_PITCH, piece_of
from stemwright.song.score import MAX_NOTES, PPQ, Note, Score

notes = st.builds(
    Note, st.integers(0, 10_000), st.integers(1, 2_000), st.integers(0, 127), st.integers(1, 127)
)
scores = st.builds(Score.from_notes, st.lists(notes, max_size=40))


def fixed_score() -> Score:
    return Score.from_notes(
        Note(i * PPQ // 2, PPQ // 4 + i, 36 + i * 7 % 50, 1 + i * 11 % 127) for i in range(64)
    )


@given(scores)
def test_bytes_round_trip(score: Score) -> None:
    data = score.canonical_bytes()
    assert Score.from_bytes(data) == score
    assert Score.from_bytes(data).canonical_bytes() == data


@given(st.lists(notes, max_size=30), st.randoms())
def test_order_and_doubles_do_not_matter(given_notes: list[Note], rng: random.Random) -> None:
    shuffled = given_notes * 2
    rng.shuffle(shuffled)
    assert Score.from_notes(shuffled).sha256 == Score.from_notes(given_notes).sha256


@given(scores, st.data())
def test_damaged_bytes_give_another_score_or_a_clear_error(score: Score, data: st.DataObject) -> None:
    damaged = bytearray(score.canonical_bytes())
    bit = data.draw(st.integers(0, len(damaged) * 8 - 1))
    damaged[bit // 8] ^= 1 << bit % 8
    try:
        assert Score.from_bytes(bytes(damaged)).sha256 != score.sha256
    except UsageError as error:
        assert "\n" not in str(error)


def test_golden_hash() -> None:
    assert fixed_score().sha256 == "b7a665264f7bcdf840a93ae7161e499fa4be2326ffe536cc958066cbc5b69fb7"
    assert Score().canonical_bytes() == b"SWS1\0\0\0\0"
    assert (
        Score.from_notes([Note(1, 2, 60, 100)]).canonical_bytes().hex() == "53575331010000000100000002000000"
        "3c64"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a score"),
        (b"MThd\0\0\0\0", "not a score"),
        (b"SWS1\1\0\0\0", "has 8 bytes"),
        (b"SWS1" + struct.pack("<I", MAX_NOTES + 1), "at most"),
        (b"SWS1\1\0\0\0" + struct.pack("<IIBB", 0, 0, 60, 100), "duration"),
        (b"SWS1\1\0\0\0" + struct.pack("<IIBB", 0, 1, 128, 100), "pitch"),
        (b"SWS1\1\0\0\0" + struct.pack("<IIBB", 2**31, 1, 60, 100), "tick"),
        (b"SWS1\2\0\0\0" + 2 * struct.pack("<IIBB", 0, 1, 60, 100), "order"),
    ],
)
def test_bad_bytes(data: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Score.from_bytes(data, "x.score")


def test_a_hundred_thousand_notes_parse_within_a_second() -> None:
    rng = random.Random(1)
    score = Score.from_notes(
        Note(rng.randrange(10**6), rng.randrange(1, 400), rng.randrange(128), rng.randrange(1, 128))
        for _ in range(100_000)
    )
    data = score.canonical_bytes()
    seconds = []
    for _ in range(3):
        start = time.process_time()
        parsed = Score.from_bytes(data)
        seconds.append(time.process_time() - start)
    assert parsed == score and min(seconds) < 1.0


def test_slice_clips_and_shifts() -> None:
    score = Score.from_notes([Note(0, 96, 60, 90), Note(96, 200, 62, 90), Note(192, 10, 64, 90)])
    assert score.slice(96, 192).notes == (Note(0, 96, 62, 90),)
    assert score.slice(96, 192, shift=False).notes == (Note(96, 96, 62, 90),)
    assert score.slice(0, 300).shifted(5).end_tick == score.end_tick + 5


@given(scores)
def test_without_overlaps(score: Score) -> None:
    clean = score.without_overlaps()
    last: dict[int, int] = {}
    for note in clean.notes:
        assert note.onset >= last.get(note.pitch, 0)
        last[note.pitch] = note.end
    assert {(n.onset, n.pitch) for n in clean.notes} == {(n.onset, n.pitch) for n in score.notes}
    assert clean.without_overlaps() == clean


def test_pieces() -> None:
    assert len(DRUM_PIECES) == 14
    assert all(DRUM_PIECES[piece_of(pitch)] == piece for piece, pitch in PIECE_PITCH.items())
    wanted = {22: "closed_hat", 26: "open_hat", 35: "kick", 40: "snare", 41: "low_tom", 43: "low_tom"}
    wanted |= {
        48: "mid_tom",
        52: "crash",
        55: "crash",
        57: "crash",
        59: "ride",
        54: "percussion",
        0: "percussion",
    }
    assert {pitch: DRUM_PIECES[piece_of(pitch)] for pitch in wanted} == wanted
