"""MIDI: what is written is read again; foreign and damaged files give what they can or a clear line."""

import struct
import time
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.form import parse_form
from stemwright.song.harmony import MODES, Key
from stemwright.song.midi import read_midi, write_midi
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState, Meter

notes = st.builds(Note, st.integers(0, 3000), st.integers(1, 500), st.integers(0, 127), st.integers(1, 127))
scores = st.lists(notes, min_size=1, max_size=40).map(Score.from_notes)
bpms = st.decimals(30, 300, places=6).map(Fraction)
meters = st.builds(Meter, st.integers(1, 32), st.sampled_from((2, 4, 8, 16)))
keys = st.builds(Key, st.sampled_from(["C", "F#", "Bb", "E", "G#", "Cb"]), st.sampled_from(sorted(MODES)))


def chunk(body: bytes, tag: bytes = b"MTrk") -> bytes:
    return struct.pack(">4sI", tag, len(body)) + body


def midi(*tracks: bytes, kind: int = 1, division: int = 96) -> bytes:
    head = struct.pack(">HHH", kind, len(tracks), division)
    return chunk(head, b"MThd") + b"".join(chunk(track + b"\0\xff\x2f\0") for track in tracks)


TEMPO_120 = b"\0\xff\x51\x03\x07\xa1\x20"
NOTE = b"\0\x90\x3c\x64\x60\x80\x3c\x40"


@settings(max_examples=50)
@given(bpms, meters, keys, scores, scores)
def test_write_then_read(bpm: Fraction, meter: Meter, key: Key, drums: Score, lead: Score) -> None:
    state = GlobalState(bpm, meter, key, parse_form("intro:3 verse:2 verse:1"))
    song = read_midi(write_midi(state, {"lead": lead, "drums": drums}, {"lead": 5}, "Title"))
    assert (song.bpm, song.meter, song.key) == (bpm, meter, key)
    assert (song.tempo_changes, song.meter_changes) == (0, 0)
    assert song.markers == [
        (bar * meter.ticks_per_bar, name) for bar, name in ((0, "intro"), (3, "verse"), (5, "verse"))
    ]
    assert [(t.name, t.program, t.is_drums) for t in song.tracks] == [("drums", 0, True), ("lead", 5, False)]
    assert tuple(song.tracks[0].notes) == drums.without_overlaps().notes
    assert tuple(song.tracks[1].notes) == lead.without_overlaps().notes


def test_empty_song_keeps_its_form() -> None:
    state = GlobalState.create(form="intro:4 verse:8")
    song = read_midi(write_midi(state, {"bass": Score()}))
    assert song.tracks == [] and song.bars == 12 and song.sections() == state.sections


def test_golden_file() -> None:
    state = GlobalState.create("97.3", "F# minor", "7/8", "verse:1")
    data = write_midi(state, {"bass": Score.from_notes([Note(0, 96, 30, 100), Note(96, 24, 30, 90)])})
    assert data.hex() == (
        "4d546864000000060001000200604d54726b0000005900ff030000ff580407030c0800ff5902030100ff51030968ca00"
        "ff01137374656d7772696768743a62706d3d39372e3300ff01177374656d7772696768743a6b65793d4623206d696e6f"
        "7200ff060576657273658250ff2f004d54726b0000002000ff03046261737300c02100901e6460801e4000901e5a1880"
        "1e408158ff2f00"
    )


def test_other_ticks_and_doubled_notes() -> None:
    body = b"\0\x90\x3c\x64\x83\x60\x3c\0" + b"\0\x3c\x50\0\x3c\0"  # 480 ticks, then a note of no length
    song = read_midi(midi(body, division=480))
    assert song.tracks[0].notes == [Note(0, 96, 60, 100), Note(96, 1, 60, 80)]
    assert song.tracks[0].name == "Track 1" and (song.bpm, song.meter, song.key) == (
        Fraction(120),
        Meter(4, 4),
        None,
    )


def test_pitch_struck_again_ends_its_earlier_note() -> None:
    again = read_midi(midi(b"\0\x90\x3c\x64\x30\x3c\x50\x30\x3c\0"))  # on 0, on 48, off 96
    assert again.tracks[0].notes == [Note(0, 48, 60, 100), Note(48, 48, 60, 80)]
    late_off = read_midi(
        midi(b"\0\x90\x3c\x64\x30\x3c\x50\0\x3c\0\x30\x3c\0")
    )  # on 0, on 48 before off 48, off 96
    assert late_off.tracks[0].notes == again.tracks[0].notes
    never_off = read_midi(midi(b"\0\x90\x3c\x64\x60\xb0\x07\x64"))
    assert never_off.tracks[0].notes == [Note(0, 96, 60, 100)]


def test_type_0_is_split_by_channel() -> None:
    body = b"\0\xff\x03\x01X" + b"\0\xc1\x21\0\x91\x3c\x64\0\x99\x24\x64\x60\x81\x3c\x40\0\x89\x24\x40"
    song = read_midi(midi(body, kind=0))
    assert [(t.name, t.program, t.is_drums, len(t.notes)) for t in song.tracks] == [
        ("X 2", 33, False, 1),
        ("X 10", 0, True, 1),
    ]


def test_tempo_and_meter_changes_are_counted() -> None:
    meter = b"\0\xff\x58\x04%c%c\x18\x08"
    body = (
        TEMPO_120
        + meter % (4, 2)
        + b"\x60"
        + TEMPO_120[1:]
        + b"\x60\xff\x51\x03\x06\xa1\x20"
        + meter % (7, 3)
    )
    song = read_midi(midi(body + NOTE))
    assert (song.bpm, song.tempo_changes, song.meter, song.meter_changes) == (
        Fraction(120),
        1,
        Meter(4, 4),
        1,
    )
    assert song.tracks[0].notes[0].onset == 192


@pytest.mark.parametrize(("n", "power", "meter"), [(3, 0, "6/2"), (6, 5, "3/16"), (12, 3, "12/8")])
def test_meters_that_are_written_otherwise(n: int, power: int, meter: str) -> None:
    assert str(read_midi(midi(b"\0\xff\x58\x04%c%c\x18\x08" % (n, power))).meter) == meter


def test_foreign_keys_and_texts() -> None:
    def key_of(signature: bytes) -> Key | None:
        return read_midi(midi(b"\0\xff\x59\x02" + signature)).key

    assert str(key_of(b"\xfd\0")) == "Eb major" and str(key_of(b"\x03\x01")) == "F# minor"
    assert key_of(b"\x20\0") is None and key_of(b"\0\x07") is None
    edited = midi(TEMPO_120 + b"\0\xff\x01\x11stemwright:bpm=97")
    assert read_midi(edited).bpm == 120
    marked = read_midi(midi(b"\x60\xff\x06\x05Stra\xdf" + b"\x87\x20" + NOTE[1:]))
    assert marked.markers == [(96, "Straß")]


def test_markers_become_sections() -> None:
    marks = b"\x83\x00\xff\x06\x07Verse 1" + b"\x86\x00\xff\x06\x05../..\x83\x00\x90\x3c\x64\x83\x00\x3c\0"
    song = read_midi(midi(marks))
    assert [str(section) for section in song.sections()] == ["start:1", "Verse-1:2", "section:2"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not a MIDI file"),
        (b"RIFF" + bytes(40), "is not a MIDI file"),
        (b"MThd\0\0", "truncated in its header"),
        (midi(NOTE)[:-5], "track 1: is truncated"),
        (midi(NOTE, NOTE)[: -len(NOTE) - 8], "is truncated; it has 1 of 2 tracks"),
        (midi(NOTE, kind=2), "type 2; export it as type 0 or 1"),
        (midi(NOTE, kind=7), "type 7"),
        (midi(NOTE, division=0xE728), "SMPTE"),
        (midi(NOTE, division=0), "damaged header"),
        (midi(), "damaged header"),
        (midi(b"\0\x3c\x64"), "data without an event"),
        (midi(b"\0\x90\xff\xff"), "data over 127"),
        (midi(b"\0\xf4"), "unknown event 0xf4"),
        (midi(b"\xff\xff\xff\xff\xff"), "over 4 bytes"),
        (chunk(struct.pack(">HHH", 1, 1, 96), b"MThd") + chunk(b"\0\x90\x3c"), "breaks off"),
        (midi(b"\0\xff\x51\x03\0\0\0"), "tempo of 0"),
        (midi(b"\0\xff\x58\x04\x07\x05\x18\x08"), "meter: '7/32'"),
        (midi(b"\xff\xff\xff\x7f\x90\x3c\x64", division=1), "too long"),
        (bytes(11 * 1024 * 1024), "at most"),
    ],
)
def test_bad_files(data: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=r"^x\.mid: ") as caught:
        read_midi(data, "x.mid", strict=True)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "tune.mid"
    with pytest.raises(UsageError, match=r"^tune\.mid: cannot be read"):
        read_midi(path)
    with pytest.raises(UsageError, match=r"cannot be read"):
        read_midi(tmp_path)
    path.write_bytes(midi(NOTE))
    assert read_midi(str(path)).tracks[0].notes == [Note(0, 96, 60, 100)]


FUZZED = write_midi(
    GlobalState.create("97.3"), {"drums": Score.from_notes([Note(0, 9, 36, 99), Note(48, 9, 38, 99)])}
)


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(0, len(FUZZED) - 1), st.integers(0, 255)), max_size=4),
    st.integers(0, len(FUZZED)),
)
def test_damage_gives_a_song_or_a_clear_line(changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(FUZZED)
    for place, value in changes:
        data[place] = value
    for attempt in (bytes(data), bytes(data[:length])):
        try:
            assert read_midi(attempt).tracks is not None
        except UsageError as error:
            assert "\n" not in str(error)


def test_a_hundred_thousand_notes_are_accepted() -> None:
    state = GlobalState.create()
    score = Score.from_notes(Note(i * 4, 3, i % 128, 100) for i in range(100_000))
    start = time.process_time()
    song = read_midi(write_midi(state, {"lead": score}))
    assert tuple(song.tracks[0].notes) == score.notes
    assert time.process_time() - start < 8


def test_too_many_events_are_refused() -> None:
    with pytest.raises(UsageError, match=r"over 500000 events"):
        read_midi(midi(b"\0\xb0\x07\x64" + b"\0\x07\x64" * 500_000))


def test_sixteen_pitched_layers_go_on_at_the_next_port() -> None:
    layers = {f"layer{i:02}": Score.from_notes([Note(0, 1, 60 + i, 1)]) for i in range(16)}
    data = write_midi(GlobalState.create(), layers)
    assert [track.notes[0].pitch for track in read_midi(data).tracks] == list(range(60, 76))
    assert data.count(b"\xff\x21\x01\x01") == 1


@settings(max_examples=50)
@given(scores)
def test_no_note_of_a_kept_layer_changes(score: Score) -> None:
    song = read_midi(write_midi(GlobalState.create(), {"harmony": score}, keep=("harmony",)))
    assert Score.from_notes(note for track in song.tracks for note in track.notes) == score
    assert sum(len(track.notes) for track in song.tracks) == len(score.notes)
    for track in song.tracks:
        assert Score.from_notes(track.notes).without_overlaps().notes == tuple(track.notes)


def test_so_many_overlaps_are_cut() -> None:
    crowd = Score.from_notes(Note(i, 1000, 60, 90) for i in range(40))
    song = read_midi(write_midi(GlobalState.create(), {"lead": crowd}, keep=("lead",)))
    assert len(song.tracks) == 16 and sum(len(track.notes) for track in song.tracks) == 40


def test_what_was_mended_is_counted() -> None:
    body = (
        b"\0\x90\x3c\x64\0\x3c\x50\0\x3c\0"
        + b"\x30\x40\x64\x18\x40\x50\x18\x40\0"
        + b"\0\x43\x64\x60\xb0\x07\x64"
    )
    mended = read_midi(midi(body)).mended
    assert (mended.doubled, mended.short, mended.cut, mended.open) == (1, 1, 1, 1)


def test_the_longest_tempo_and_meter_hold() -> None:
    body = TEMPO_120 + b"\0\xff\x58\x04\x03\x02\x18\x08" + b"\x60\xff\x51\x03\x09\x27\xc0"
    body += b"\0\xff\x58\x04\x04\x02\x18\x08" + b"\x83\x00" + NOTE[1:]
    song = read_midi(midi(body))
    assert (song.bpm, str(song.meter), song.tempo_changes, song.meter_changes) == (100, "4/4", 1, 1)
    twice = read_midi(midi(TEMPO_120 + b"\0\xff\x51\x03\x09\x27\xc0" + NOTE))
    assert (twice.bpm, twice.tempo_changes) == (100, 0)  # of two at one tick the last holds


def test_rounding_is_told() -> None:
    assert read_midi(midi(NOTE, division=96)).rounding == 0
    late = read_midi(midi(b"\x01" + NOTE[1:], division=480))  # from 1 to 97: 0.2 and 19.4 of our ticks
    assert late.tracks[0].notes == [Note(0, 19, 60, 100)]
    assert late.rounding == Fraction(4, 10) / 96
