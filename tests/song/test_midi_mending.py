"""Damaged MIDI files: what can be read is read and each mending told; a strict reader refuses them."""

from __future__ import annotations

import struct
import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.midi import MidiSong, read_midi
from stemwright.song.score import Note
from support import midi

TUNE = [60, 62, 64, 65]
LINE = [Note(i * 48, 48, pitch, 90) for i, pitch in enumerate(TUNE)]
END = b"\0\xff\x2f\0"


def chunk(body: bytes, size: int | None = None) -> bytes:
    return struct.pack(">4sI", b"MTrk", len(body) if size is None else size) + body


def body(*events: tuple[int, bytes]) -> bytes:
    return b"".join(midi.length(delta) + data for delta, data in events)


WHOLE = body(*midi.notes(TUNE)) + END


def told(data: bytes, *words: str) -> MidiSong:
    """The song of a damaged file, of which one fault is told, in these words; a strict reader refuses."""
    song = read_midi(data, "x.mid")
    assert len(song.faults) == 1 and all(word in song.faults[0] for word in words), song.faults
    with pytest.raises(UsageError, match=r"^x\.mid: .*; export it again$"):
        read_midi(data, "x.mid", strict=True)
    return song


@pytest.mark.parametrize(
    "between", [b"\xff\x01\x02la", b"\xf0\x03\x7e\x09\xf7", b"\xff\x01\x01a\0\xf7\x01\x01"]
)
def test_running_status_survives_texts_and_system_events(between: bytes) -> None:
    events = b"\0\x90\x3c\x5a\x30" + between + b"\0\x3c\0\0\x3e\x5a\x30\x3e\0"
    song = told(midi.file(chunk(events + END)), "track 1: 1 event(s)")
    assert song.tracks[0].notes == [Note(0, 48, 60, 90), Note(48, 48, 62, 90)]


def test_data_over_127_is_127() -> None:
    events = body((0, b"\xb0\x07\xc8"), (0, b"\xb0\x0a\xff"), *midi.notes(TUNE)) + END
    assert told(midi.file(chunk(events)), "track 1: 2 data byte(s) over 127").tracks[0].notes == LINE
    loud = read_midi(midi.file(chunk(b"\0\x90\x3c\xff\x30\x80\x3c\0" + END)))
    assert loud.tracks[0].notes == [Note(0, 48, 60, 127)]


def test_messages_of_the_wire_are_left_out() -> None:
    events = b"\0\xf8\x90\x3c\x5a\x30\xf2\x01\x02\x80\x3c\0" + END
    assert told(midi.file(chunk(events)), "2 system message(s)").tracks[0].notes == [Note(0, 48, 60, 90)]


@pytest.mark.parametrize("size", [None, 0, 2**32 - 1])
def test_a_file_in_riff_is_read(size: int | None) -> None:
    inner = midi.file(chunk(WHOLE))
    odd = b"DISP\x03\0\0\0abc\0"
    data = odd + b"data" + struct.pack("<I", len(inner) if size is None else size) + inner
    wrapped = b"RIFF" + struct.pack("<I", len(data) + 4) + b"RMID" + data + b"LIST\x04\0\0\0INFO"
    assert told(wrapped, "RIFF").tracks[0].notes == LINE
    for other in (wrapped[:20], wrapped[:8] + b"WAVE" + wrapped[12:], wrapped.replace(b"MThd", b"MThx")):
        with pytest.raises(UsageError, match=r"^x\.mid: is not a MIDI file"):
            read_midi(other, "x.mid")


def test_a_track_that_breaks_off_is_read_so_far() -> None:
    first, second = chunk(WHOLE), chunk(WHOLE)
    for cut in range(1, len(WHOLE) - 3):
        song = read_midi(midi.file(first, second)[:-cut])
        assert song.tracks[0].notes == LINE, cut
        assert any("track 2: " in fault for fault in song.faults), cut
    song = told(midi.file(first, second)[:-9], "track 2", "breaks off")
    assert song.tracks[1].notes == LINE[:3]
    song = told(midi.file(chunk(WHOLE[:-4] + b"\0\xff\xff\xff\xff\xff\xff"), second), "track 1", "breaks off")
    assert [track.notes for track in song.tracks] == [LINE, LINE]


def test_lost_and_uncounted_tracks() -> None:
    two = midi.file(chunk(WHOLE), chunk(WHOLE))
    assert len(told(two.replace(b"\0\x02\0\x60", b"\0\x05\0\x60"), "number of tracks").tracks) == 2
    assert len(told(two.replace(b"\0\x02\0\x60", b"\0\x01\0\x60"), "number of tracks").tracks) == 2
    foreign = midi.file(b"XFIH\0\0\0\x02ab", chunk(WHOLE)).replace(b"\0\x02\0\x60", b"\0\x01\0\x60")
    assert read_midi(foreign, strict=True).tracks[0].notes == LINE
    assert read_midi(midi.file(chunk(WHOLE)) + b"\0\0junk junk junk", strict=True).faults == []


@pytest.mark.parametrize("size", [0, 1, 20, len(WHOLE) - 1, len(WHOLE) + 3, len(WHOLE) + 30, 2**32 - 1])
def test_a_wrong_length_loses_no_note(size: int) -> None:
    song = told(midi.file(chunk(WHOLE, size), chunk(WHOLE)), "length")
    assert [track.notes for track in song.tracks] == [LINE, LINE]


def test_bytes_behind_a_track_are_not_music() -> None:
    notes = body(*midi.notes(TUNE))
    song = read_midi(midi.file(chunk(notes)) + bytes(range(1, 60)), strict=True)  # no end, then no track
    assert song.tracks[0].notes == LINE and song.faults == []
    cut = read_midi(midi.file(chunk(notes, len(notes) - 1)) + b"\x80\x80\x80\x80\x80")
    assert cut.tracks[0].notes[:3] == LINE[:3] and "breaks off" in cut.faults[0]


def test_a_note_that_begins_where_its_track_ends() -> None:
    late = chunk(body(*midi.notes(TUNE), (0, b"\x90\x43\x5a")) + END)
    assert told(midi.file(late), "track 1: 1 note(s) begin where their track ends").tracks[0].notes == LINE


def test_nothing_but_damage_is_refused() -> None:
    for events in (b"\0\x3c\x64", b"\0\x90", b"\xff\xff\xff\xff\xff"):
        with pytest.raises(UsageError, match=r"^x\.mid: track 1: .*; export it again$"):
            read_midi(midi.file(chunk(events + END)), "x.mid")


pieces = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"MThd\0\0\0\x06", b"MTrk", END, WHOLE, b"\0\x90\x3c\x5a", b"\xff\xff\xff\x7f"]),
    st.builds(midi.file, st.binary(max_size=60).map(chunk), st.binary(max_size=60).map(chunk)),
    st.builds(chunk, st.binary(max_size=60), st.integers(0, 2**32 - 1)),
    st.just(b"RIFF\0\0\0\0RMIDdata\0\0\0\0"),
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(pieces, max_size=8).map(b"".join), st.booleans())
@example(midi.file(chunk(b"\0\x90\x3c\x5a" + END, 2)), False)
def test_any_bytes_give_a_song_or_one_line(data: bytes, strict: bool) -> None:
    for attempt in (data, midi.file(chunk(data), chunk(data, 3))):
        try:
            song = read_midi(attempt, "x.mid", strict)
        except UsageError as error:
            assert str(error).startswith("x.mid: ") and "\n" not in str(error) and len(str(error)) < 300
        else:
            assert all("\n" not in fault for fault in song.faults) and not (strict and song.faults)


@pytest.mark.parametrize(
    "filling",
    [
        bytes(8), b"MTrk\0\0\0\0", b"MTrk\0\0\0\x01", b"MTrk\xff\xff\xff\xff", b"\0\x90\x3c\xff",
        b"\0\xff\x01\0", b"RIFF\0\0\0\0", b"abcd\xff\xff\xff\xff", b"abcd\0\0\0\0", b"\x7f\x3c\x5a",
        b"MTrk\0\0\0\4\0\x90\x3c\x5a",
    ],
)  # fmt: skip
def test_large_nonsense_takes_neither_long_nor_much(filling: bytes) -> None:
    data = midi.file(chunk(WHOLE)).replace(b"\0\x01\0\x60", b"\xff\xff\0\x60") + filling * (
        4_000_000 // len(filling)
    )
    tracemalloc.start()
    start = time.process_time()
    try:
        read_midi(data, "x.mid")
    except UsageError as error:
        assert "\n" not in str(error)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - start < 5 and peak < 100_000_000
