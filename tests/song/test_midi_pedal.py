"""The sustain pedal of MIDI files makes notes longer, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stemwright.song.midi import read_midi
from stemwright.song.midi_pedal import pedal_spans, sustained
from stemwright.song.score import Note
from support import midi


def played(*events: tuple[int, bytes], channel: int = 0) -> list[Note]:
    song = read_midi(midi.file(midi.chunk(list(events))))
    song.hold_pedal()
    return song.tracks[0].notes


def pedal(value: int, channel: int = 0, control: int = 64) -> bytes:
    return bytes((0xB0 | channel, control, value))


def on(pitch: int) -> bytes:
    return bytes((0x90, pitch, 90))


def off(pitch: int) -> bytes:
    return bytes((0x80, pitch, 0))


def test_notes_last_until_the_pedal_goes_up() -> None:
    found = played((0, pedal(127)), *midi.notes([48, 55, 64]), (240, pedal(0)), *midi.notes([72]))
    assert found == [
        Note(0, 384, 48, 90),
        Note(48, 336, 55, 90),
        Note(96, 288, 64, 90),
        Note(384, 48, 72, 90),
    ]


def test_a_pitch_that_is_struck_again_ends_its_held_note() -> None:
    assert played((0, pedal(64)), *midi.notes([60, 62, 60]), (52, pedal(63))) == [
        Note(0, 96, 60, 90), Note(48, 148, 62, 90), Note(96, 100, 60, 90),
    ]  # fmt: skip


def test_a_key_that_goes_up_with_the_pedal_down_event_is_not_held() -> None:
    # the way of score programs: each beat the pedal is changed where one chord ends and the next begins
    found = played(
        (0, pedal(100)),
        (0, on(60)),
        (96, off(60)),
        (0, pedal(0)),
        (0, pedal(100)),
        (0, on(64)),
        (96, off(64)),
    )
    assert found == [Note(0, 96, 60, 90), Note(96, 96, 64, 90)]


def test_half_pedal_reset_and_a_pedal_that_never_goes_up() -> None:
    assert played((0, pedal(63)), *midi.notes([60]), (200, pedal(0)))[0].duration == 48
    assert played((0, pedal(90)), *midi.notes([60]), (152, pedal(0, control=121)))[0].duration == 200
    assert played((0, pedal(90)), *midi.notes([60, 62]), (9999, pedal(0, channel=1))) == [
        Note(0, 96, 60, 90), Note(48, 48, 62, 90),
    ]  # fmt: skip


def test_drums_and_other_channels_have_no_pedal() -> None:
    assert played((0, pedal(127, 9)), *midi.notes([36], channel=9), (200, pedal(0, 9)))[0].duration == 48
    assert played((0, pedal(127, 1)), *midi.notes([60]), (200, pedal(0, 1)))[0].duration == 48


notes = st.lists(
    st.builds(Note, st.integers(0, 300), st.integers(1, 200), st.integers(60, 64), st.integers(1, 127)),
    max_size=20, unique=True,
)  # fmt: skip
controls = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from((64, 121)), st.integers(0, 127)), max_size=12
).map(lambda found: sorted(found, key=lambda event: event[0]))


@given(notes, controls)
def test_a_note_gets_longer_at_most_to_the_end_of_a_span(
    found: list[Note], events: list[tuple[int, int, int]]
) -> None:
    spans = pedal_spans(events, 450)
    assert all(down < up for down, up in spans)
    out = sustained(found, spans)
    assert sorted(n.onset for n in out) == sorted(n.onset for n in found) and len(out) == len(found)
    assert sum(n.duration for n in out) >= sum(n.duration for n in found)
    ends = {n.end for n in found} | {up for _, up in spans} | {n.onset for n in found}
    assert {n.end for n in out} <= ends
    assert sustained(out, []) == out and sustained(found, []) == sorted(
        found, key=lambda n: (n.onset, n.duration, n.pitch, n.velocity)
    )
