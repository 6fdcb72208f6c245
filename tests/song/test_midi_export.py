"""A written MIDI file as another program reads it (mido): tracks, programs, meta events, chords, ends."""

import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.song.harmony import QUALITIES, Chord, parse_chord
from stemwright.song.midi import read_midi, write_midi
from stemwright.song.progression import parse_progression
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

mido = pytest.importorskip("mido")

STATE = GlobalState.create("97.3", "F# minor", "7/8", "intro:1 verse:2")
CHORDS = parse_progression("F#m7 | C#7b9/E# N.C. | i V7/V", STATE)
SCORES = {
    "drums": Score.from_notes([Note(0, 24, 36, 100), Note(48, 24, 38, 90)]),
    "bass": Score.from_notes([Note(0, 96, 30, 100), Note(96, 24, 30, 90)]),
    "lead": Score.from_notes([Note(0, 300, 66, 80), Note(100, 300, 66, 70), Note(500, 4000, 70, 70)]),
}


def written(**more: object) -> "mido.MidiFile":
    state = STATE.with_(chords=CHORDS)
    data = write_midi(state, SCORES, {"lead": 65}, "My Song", **more)  # type: ignore[arg-type]
    return mido.MidiFile(file=io.BytesIO(data))


def timed(track: "mido.MidiTrack") -> list[tuple[int, "mido.Message"]]:
    ticks = itertools.accumulate(message.time for message in track)
    return list(zip(ticks, track, strict=True))


def test_header_and_names() -> None:
    file = written()
    assert (file.type, file.ticks_per_beat) == (1, 96)
    assert [track.name for track in file.tracks] == ["My Song", "chords", "drums", "bass", "lead"]


def test_conductor() -> None:
    track = timed(written().tracks[0])
    found = {message.type: message for _, message in track}
    assert found["set_tempo"].tempo == 616_650 and found["key_signature"].key == "F#m"
    meter = found["time_signature"]
    assert (meter.numerator, meter.denominator, meter.clocks_per_click) == (7, 8, 12)
    marks = [(tick, message.text) for tick, message in track if message.type == "marker"]
    assert marks == [(0, "intro"), (336, "verse")]


def test_programs_and_channels() -> None:
    used = {}
    for track in written().tracks[2:]:
        assert len({message.channel for message in track if hasattr(message, "channel")}) == 1
        change = next(message for message in track if message.type == "program_change")
        used[track.name] = (change.channel + 1, change.program)
    assert used == {"drums": (10, 0), "bass": (1, 33), "lead": (2, 65)}


def test_every_track_ends_with_the_song_or_its_last_note() -> None:
    ends = {track.name: timed(track)[-1] for track in written().tracks}
    assert {message.type for _, message in ends.values()} == {"end_of_track"}
    assert {tick for name, (tick, _) in ends.items() if name != "lead"} == {STATE.total_ticks}


@pytest.mark.parametrize("keep", [(), ("lead",)])
def test_no_pitch_sounds_twice_on_a_channel(keep: tuple[str, ...]) -> None:
    for track in written(keep=keep).tracks:
        sounding: set[int] = set()
        for message in track:
            if message.type == "note_on":
                assert message.note not in sounding
                sounding.add(message.note)
            elif message.type == "note_off":
                sounding.remove(message.note)
        assert not sounding


def test_chords_as_text_and_as_xf() -> None:
    track = timed(written().tracks[1])
    texts = [(tick, message.text) for tick, message in track if message.type == "text"]
    assert texts == [(0, "F#m7"), (336, "C#7b9/E#"), (528, "N.C."), (672, "F#m"), (864, "G#7")]
    forms = [bytes(message.data) for _, message in track if message.type == "sequencer_specific"]
    assert forms[0].hex() == "437b01440a7f7f" and forms[1].hex() == "437b014119437f"
    assert forms[2].hex() == "437b0131227f7f"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.none()
        | st.builds(Chord, st.sampled_from(["C", "F#", "Bb", "E#"]), st.sampled_from(sorted(QUALITIES))),
        min_size=8,
        max_size=8,
    )
)
def test_chords_are_read_again(chords: list[Chord | None]) -> None:
    state = GlobalState.create(form="a:2").with_(chords=tuple(chords))
    song = read_midi(write_midi(state, {}))
    now, out = None, []
    for beat in range(8):
        now = dict(song.chords).get(beat * 96, now)
        out.append(now)
    assert out == chords


def test_xf_alone_is_read_where_no_texts_are() -> None:
    data = write_midi(STATE.with_(chords=CHORDS), SCORES).replace(
        b"\xff\x03\x06chords", b"\xff\x03\x06Chords"
    )
    assert dict(read_midi(data).chords)[0] == parse_chord("F#m7")
    plain = data.replace(b"\xff\x03\x06Chords", b"\xff\x03\x06melody")
    found = [chord and str(chord) for _, chord in read_midi(plain).chords]
    assert found == ["F#m7", "C#7b9/E#", None, "F#m", "G#7"]
