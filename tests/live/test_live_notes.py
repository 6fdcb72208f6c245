"""Notes: voices that play clips, and MIDI out, where nothing is left hanging."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

pytest.importorskip("stemwright.native._live")

from live_graphs import FADE, RATE, noise, ones, told, wired

from stemwright.errors import UsageError
from stemwright.native import live_commands as say
from stemwright.native.live import Floats, Graph
from stemwright.native.live_commands import CLICK_ACCENT, CLICK_BEAT, Lost, Records, What


def voices(sound: Floats, ratio: float = 1.0, **named: float) -> tuple[Graph, int]:
    """One clip for all pitches from 60 on, heard as it is."""
    graph = Graph(RATE, 0, 4)
    clip = graph.clip(sound)
    clips = [-1] * 60 + [clip] * 68
    node = graph.add_voices(clips, [ratio] * 128, **named)  # type: ignore[arg-type]
    out = graph.add_output(2, 3)
    wired(graph, [(node, []), (out, [node])])
    return graph, node


def sent(graph: Graph) -> list[tuple[int, bytes]]:
    return [(int(it["sample"]), bytes(it["bytes"][: it["length"]])) for it in graph.midi()]


def hanging(messages: list[tuple[int, bytes]]) -> Counter[tuple[int, int]]:
    """Which (channel, pitch) sound at the end, as a synthesiser that counts has it."""
    sounding: Counter[tuple[int, int]] = Counter()
    for _, data in messages:
        key = (data[0] & 15, data[1] if len(data) > 1 else 0)
        if data[0] & 0xF0 == 0x90 and data[2]:
            sounding[key] += 1
        elif data[0] & 0xF0 in (0x80, 0x90) and sounding[key]:
            sounding[key] -= 1
    return +sounding


def test_a_note_plays_its_clip_at_its_sample() -> None:
    sound = noise(900)
    graph, node = voices(sound)
    graph.post([say.note(node, 64, 127, at=77), say.note(node, 10, 127, at=80)])
    made = graph.render(2000)[:, 2:]
    np.testing.assert_array_equal(made[77 : 77 + 900], sound)
    assert not made[:77].any() and not made[977:].any()


@pytest.mark.parametrize("ratio", [0.5, 2 ** (7 / 12), 2.0])
def test_a_note_is_transposed(ratio: float) -> None:
    tone = np.sin(2 * np.pi * 220 / RATE * np.arange(20000))
    graph, node = voices(np.stack([tone, tone], axis=1).astype(np.float32), ratio)
    graph.post(say.note(node, 70, 127))
    made = graph.render(8000)[10:, 2]
    expected = np.sin(2 * np.pi * 220 * ratio / RATE * np.arange(10, 8000))
    np.testing.assert_allclose(made, expected, atol=1e-4)


def test_a_note_ends_by_itself_after_its_length_and_fades() -> None:
    graph, node = voices(ones(20000), release=0.01)
    graph.post(say.note(node, 64, 127, at=100, length=1000))
    made = graph.render(3000)[:, 2]
    assert (made[100:1100] == 1).all() and not made[1100 + 480 :].any()
    np.testing.assert_allclose(made[1100:1580], (1 - np.arange(480) / 480) ** 2, atol=1e-6)


def test_an_end_that_was_meant_for_an_earlier_note_ends_no_later_one() -> None:
    graph, node = voices(ones(20000), release=0.005)
    graph.post([say.note(node, 64, 127, at=0, length=1000), say.note(node, 64, 127, at=900, length=5000)])
    graph.post(say.note(node, 64, 127, at=5900, length=100))  # begins where the other ends
    made = graph.render(7000)[:, 2]
    assert (
        (made[900 + FADE : 5900] == 1).all()
        and (made[5900:6000] >= 1).all()
        and not made[6000 + FADE :].any()
    )


def test_more_notes_than_voices_end_the_oldest() -> None:
    graph, node = voices(ones(200000), polyphony=4)
    graph.post([say.note(node, 60 + n, 127, at=1000 * n) for n in range(12)])
    made = graph.render(13000)[:, 2]
    assert made[900::1000].round(3).tolist() == [1, 2, 3, *[4] * 10] and made.max() <= 5
    graph.post(say.all_off())
    assert not graph.render(RATE)[RATE // 5 :].any()


def test_drums_sound_to_their_end() -> None:
    graph, node = voices(ones(3000), release=0.0)
    graph.post([say.note(node, 64, 127, length=10), say.note(node, 64, 0, at=500)])
    made = graph.render(4000)[:, 2]
    assert (made[:3000] == 1).all() and not made[3000:].any()


def test_the_click_has_two_sounds() -> None:
    graph = Graph(RATE, 0, 4)
    click, out = graph.add_click(), graph.add_output(2, 3)
    wired(graph, [(click, []), (out, [click])])
    graph.post([say.note(click, CLICK_ACCENT, 127, at=0), say.note(click, CLICK_BEAT, 127, at=24000)])
    made = graph.render(48000)[:, 2]
    for part, hertz in ((made[:1440], 1600), (made[24000:25440], 1000)):
        spectrum = np.abs(np.fft.rfft(part, 48000))
        assert abs(int(spectrum.argmax()) - hertz) < 20 and 0.4 < np.abs(part).max() < 0.5
    assert not made[1440:24000].any()


def port() -> tuple[Graph, int]:
    graph = Graph()
    return graph, graph.add_midi(5)


def test_midi_goes_out_with_its_sample() -> None:
    graph, node = port()
    graph.post(
        [say.midi(node, b"\xf8", at=3), say.midi(node, b"\xc2\x07", at=500), say.note(node, 60, 99, at=501)]
    )
    graph.post(say.note(node, 60, 0, at=700))
    graph.render(1000)
    events = graph.midi()
    assert events["port"].tolist() == [5] * 4 and events["sample"].tolist() == [3, 500, 501, 700]
    assert [bytes(it["bytes"][: it["length"]]) for it in events] == [
        b"\xf8",
        b"\xc2\x07",
        b"\x90\x3c\x63",
        b"\x80\x3c\0",
    ]
    assert not graph.midi().size


def test_a_note_that_sounds_is_ended_before_it_begins_again() -> None:
    graph, node = port()
    graph.post([say.note(node, 60, 99, at=0, length=500), say.midi(node, b"\x90\x3c\x10", at=100)])
    graph.post([say.note(node, 60, 50, at=200, length=300), say.note(node, 60, 40, at=500, length=10)])
    graph.render(1000)
    assert sent(graph) == [
        (0, b"\x90\x3c\x63"),
        (100, b"\x80\x3c\0"),
        (100, b"\x90\x3c\x10"),
        (200, b"\x80\x3c\0"),
        (200, b"\x90\x3c\x32"),
        (500, b"\x80\x3c\0"),
        (500, b"\x90\x3c\x28"),
        (510, b"\x80\x3c\0"),
    ]


def test_wrong_messages_are_refused() -> None:
    graph, node = port()
    for data in (b"\x40", b"\xf0", b"\xf7", b"\x90\x90\x40", b"\xf8\x01", b"\xc0\x01\x02"):
        with pytest.raises(UsageError, match="command 0: node 0: the bytes"):
            graph.post(say.midi(node, data))
    for data in (b"", b"\x90\x40\x40\x40"):
        with pytest.raises(UsageError, match="1 to 3"):
            say.midi(node, data)
    with pytest.raises(UsageError, match="out of range"):
        say.note(node, 128, 1)
    with pytest.raises(UsageError, match="length is not"):
        graph.post(say.note(node, 12, 1, length=-5))


def test_all_off_ends_what_sounds_and_resets_the_channels_used() -> None:
    graph, node = port()
    graph.post([say.note(node, 60, 99, channel=2), say.midi(node, b"\x92\x40\x10"), say.all_off(at=100)])
    graph.render(200)
    after = [data for sample, data in sent(graph) if sample == 100]
    assert after[:2] == [b"\x82\x3c\0", b"\x82\x40\0"]
    assert set(after[2:]) == {
        b"\xb2\x40\0",
        b"\xb2\x42\0",
        b"\xb2\x43\0",
        b"\xb2\x79\0",
        b"\xb2\x7b\0",
        b"\xe2\0\x40",
    }
    graph.post(say.all_off(node))
    graph.render(10)
    assert sent(graph) == []


def test_the_end_of_the_graph_ends_what_sounds() -> None:
    graph, node = port()
    graph.post(say.note(node, 60, 99))
    graph.render(10)
    graph.end()
    messages = sent(graph)
    assert not hanging(messages) and messages[1] == (10, b"\x80\x3c\0")


Event = tuple[int, int, int, int, int]
EVENTS = some.lists(
    some.tuples(
        some.sampled_from([0, 1, 2, 3]),
        some.integers(0, 3000),
        some.integers(0, 1),
        some.integers(60, 62),
        some.integers(0, 400),
    ),
    max_size=60,
)


def event(node: int, it: Event) -> Records:
    kind, at, channel, pitch, length = it
    if kind == 0:
        return say.note(node, pitch, 90, at=at, channel=channel, length=length)
    if kind == 1:
        return say.note(node, pitch, 0, at=at, channel=channel)
    status = 0x90 if kind == 2 else 0x80
    return say.midi(node, bytes([status | channel, pitch, 64]), at=at)


@settings(max_examples=60, deadline=None)
@given(EVENTS, some.booleans())
def test_whatever_is_played_nothing_is_left_hanging(events: list[Event], ends: bool) -> None:
    graph, node = port()
    graph.post([event(node, it) for it in events])
    graph.render(3500)
    if ends:
        graph.end()
    else:
        graph.post(say.all_off())
        graph.render(1)
    messages = sent(graph)
    assert not hanging(messages)
    assert [sample for sample, _ in messages] == sorted(sample for sample, _ in messages)


def test_a_burst_that_nobody_reads_loses_beginnings_and_no_end() -> None:
    graph, node = port()
    messages: list[tuple[int, bytes]] = []
    for n in range(30):
        notes = [say.note(node, (n * 7 + k) % 128, 80, channel=k % 16, length=300 + k) for k in range(1000)]
        graph.post(notes)
        graph.render(500)
    for _ in range(4):
        messages += sent(graph)
        graph.render(1000)
    assert hanging(messages) == Counter() and len(messages) > 20000
    dropped = told(graph, What.DROPPED)
    assert set(dropped["index"]) <= {Lost.MIDI_OUT, Lost.NOTES} and dropped["value"].sum() > 0


def test_ends_find_room_however_much_else_is_sent() -> None:
    graph, node = port()
    graph.post([say.note(node, pitch, 80, channel=channel) for channel in range(16) for pitch in range(128)])
    graph.render(1)
    for _ in range(8):
        graph.post(np.repeat(say.midi(node, b"\x80\x10\0"), 5000))
        graph.post(np.repeat(say.midi(node, b"\xb0\x40\0"), 5000))
        graph.render(1)
    graph.post(say.all_off())
    messages: list[tuple[int, bytes]] = []
    for _ in range(3):
        graph.render(1)
        messages += sent(graph)
    assert not hanging(messages) and sum(data[0] & 0xF0 == 0x90 for _, data in messages) == 2048


def test_bytes_that_come_in_are_read_with_their_sample() -> None:
    graph = Graph()
    graph.render(1000)
    sysex = b"\xf0" + bytes(range(40)) + b"\xf7"
    graph.feed(2, b"\x90\x40\x40", 17)
    graph.feed(3, sysex, 20)
    graph.render(64)
    events = graph.midi_in()
    assert events["sample"].tolist() == [1017, *[1020] * 4] and events["port"].tolist() == [2, *[3] * 4]
    assert b"".join(bytes(it["bytes"][: it["length"]]) for it in events[1:]) == sysex
    for _ in range(3):
        graph.feed(0, bytes(12 * 16384 - 20))
    assert told(graph, What.DROPPED)["index"].tolist() == [Lost.MIDI_IN] * 2
