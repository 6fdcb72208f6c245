"""JACK as a device, on a server of the tests' own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.devices import Wish, connect, is_there, listing, open_audio, rate_of, stop_all
from stemwright.live.keeping import Keeper
from stemwright.native.devices import JackDevice, JackLook, Through
from stemwright.native.live import Graph
from stemwright.native.live_commands import launch, note, plan, record
from support.waiting import until


@pytest.fixture(autouse=True)
def nothing_stays_open() -> Iterator[None]:
    yield
    stop_all()


def test_what_is_played_comes_out_as_it_is(server: object) -> None:
    """From one graph through JACK into the recorder of another."""
    rng = np.random.default_rng(1)
    sound = rng.uniform(-0.5, 0.5, (4800, 2)).astype(np.float32)
    heard, played = Graph(48000, inputs=2), Graph(48000)
    tap = heard.add_tap(10.0)
    heard.post([plan(heard.plan([(source := heard.add_input(0, 1, steady=True), []), (tap, [source])]))])
    heard.post([record(tap, True)])
    player = played.add_player()
    out = played.add_output(0, 1)
    played.post([plan(played.plan([(player, []), (out, [player])]))])
    listener = open_audio(heard, Wish("jack", client="listener", connect=False))
    speaker = open_audio(played, Wish("jack"))
    assert isinstance(speaker, JackDevice) and isinstance(listener, JackDevice)
    assert speaker.connected("main_left"), "to the machine's own output"
    for side, own in enumerate(("main_left", "main_right")):
        speaker.connect(own, f"listener:in_{side + 1}")
    played.post([launch(player, played.clip(sound), at=played.sample + 4800)])
    assert until(lambda: played.sample > 20_000)
    speaker.stop()
    listener.stop()
    found = heard.read(tap, 1 << 20)
    first = int(np.flatnonzero(found[:, 0])[0])
    assert np.array_equal(found[first : first + 4800], sound)
    assert not found[first + 4800 :].any()


def test_midi_goes_out_at_its_sample_and_no_note_hangs(server: object) -> None:
    heard, played = Graph(48000), Graph(48000)
    port = played.add_midi(3)
    open_audio(heard, Wish("jack", client="listener", midi_inputs={5: "keys"}))
    speaker = open_audio(played, Wish("jack", midi_outputs={3: "synth"}))
    assert isinstance(speaker, JackDevice)
    speaker.connect("synth", "listener:keys")
    start = played.sample + 9600
    played.post([note(port, 60 + step, 100, at=start + 1000 * step, length=500) for step in range(8)])
    played.post([note(port, 30, 90, at=start + 8000)])  # its end never comes
    assert until(lambda: played.sample > start + 9000)
    speaker.stop()
    events = heard.midi_in()
    assert set(events["port"]) == {5}
    messages = [bytes(event["bytes"][: event["length"]]) for event in events]
    assert [m[1] for m in messages if m[0] == 0x90 and m[2]] == [*range(60, 68), 30]
    ends = [m[1] for m in messages if m[0] == 0x80 or (m[0] == 0x90 and m[2] == 0)]
    assert sorted(set(ends)) == [30, *range(60, 68)]
    begins = [int(e["sample"]) for e, m in zip(events, messages, strict=True) if m[0] == 0x90 and m[2]]
    assert np.diff(begins).tolist() == [1000] * 8
    assert played.midi().size == 0, "what a port takes does not go to Python as well"


def test_through_gives_midi_back(server: object) -> None:
    asking = Graph(48000)
    port = asking.add_midi(0)
    loop = open_audio(
        Through(48000, 2, 2), Wish("jack", client="loop", midi_inputs={0: "in"}, midi_outputs={0: "out"})
    )
    device = open_audio(asking, Wish("jack", midi_inputs={0: "back"}, midi_outputs={0: "forth"}))
    assert isinstance(device, JackDevice) and isinstance(loop, JackDevice)
    device.connect("forth", "loop:in")
    device.connect("loop:out", "back")
    asking.post([note(port, 60, 100, at=asking.sample + 4800)])
    got: list[bytes] = []
    assert until(lambda: got.extend(bytes(e["bytes"][:3]) for e in asking.midi_in()) or got)
    assert got == [bytes([0x90, 60, 100])]
    work = loop.work()
    assert work.callbacks > 0 and work.frames >= 128 and 0 < work.percentile(50) <= work.longest


def test_what_is_played_is_not_led_back_to_what_is_heard(server: object) -> None:
    device = open_audio(
        Through(48000, 1, 2), Wish("jack", midi_inputs={0: "keys"}, midi_outputs={0: "synth"})
    )
    assert isinstance(device, JackDevice)
    for start, end in (("main_left", "in_1"), ("synth", "keys"), ("stemwright:synth", "stemwright:keys")):
        with pytest.raises(StemwrightError, match="a loop"):
            device.connect(start, end)
    with pytest.raises(StemwrightError, match="cannot be connected"):
        device.connect("main_left", "system:playback_99")
    with pytest.raises(StemwrightError, match="no port named nothing"):
        device.connected("nothing")


def test_ports_are_connected_by_a_part_of_their_names(server: object) -> None:
    open_audio(Through(48000, 1, 2), Wish("jack", client="synth", connect=False, midi_inputs={0: "keys"}))
    device = open_audio(Through(48000, 1, 2), Wish("jack", connect=False, midi_outputs={0: "clock"}))
    assert isinstance(device, JackDevice)
    for own, wanted in (("clock", "KEYS"), ("main_left", "playback_2"), ("in_1", "capture_1")):
        assert not device.connected(own)
        connect(device, own, wanted)
        assert device.connected(own)
    for own, wanted, line in (
        ("clock", "capture", "JACK port for clock: there is none named 'capture'; there is: synth:keys"),
        ("main_left", "playback", "fits several"),
        ("main_left", "stemwright:in_1", "there is none named"),
        ("gate", "playback_1", "we have no port named 'gate'"),
    ):
        with pytest.raises(UsageError, match=line):
            connect(device, own, wanted)


def test_a_second_client_gets_a_name_of_its_own_and_a_graph_has_one_device(server: object) -> None:
    graph = Graph(48000)
    first = open_audio(graph, Wish("jack"))
    with pytest.raises(StemwrightError, match="another device"):
        open_audio(graph, Wish("null"))
    second = open_audio(Graph(48000), Wish("jack"))
    assert isinstance(first, JackDevice) and isinstance(second, JackDevice)
    assert first.client == "stemwright" and second.client == "stemwright-01"
    first.stop()
    with pytest.raises(StemwrightError, match="was closed"):
        first.client  # noqa: B018
    assert graph.render(8).shape == (8, 2)


def test_a_server_of_another_rate_is_told(servers: Callable[..., object]) -> None:
    servers(44100)
    assert rate_of("jack") == rate_of(None) == 44100
    with pytest.raises(StemwrightError, match="runs at 44100 Hz and the graph at 48000"):
        open_audio(Graph(48000), Wish("jack"))
    device = open_audio(Graph(44100), Wish())
    assert isinstance(device, JackDevice), "a server that runs comes before the machine's own sound"


def test_the_period_may_change_while_it_plays(server: object) -> None:
    if shutil.which("jack_bufsize") is None:
        pytest.skip("jack_bufsize is not installed (Debian: jack-tools)")
    device = open_audio(Graph(48000), Wish("jack"))
    assert until(lambda: device.period == 128)
    subprocess.run(["jack_bufsize", "512"], check=True, capture_output=True, timeout=10)
    assert until(lambda: device.period == 512)
    before = device.work().callbacks
    assert until(lambda: device.work().callbacks > before + 5)
    assert device.alive and not device.trouble


@pytest.mark.parametrize("kill", [False, True])
def test_time_goes_on_when_the_server_dies_and_sound_comes_back(
    servers: Callable[..., object], kill: bool
) -> None:
    server = servers()
    graph, wish, lines = Graph(48000), Wish("jack"), []
    port = graph.add_midi(0)
    keeper = Keeper(
        open_audio(graph, wish),
        is_back=lambda: is_there(wish),
        again=lambda: open_audio(graph, wish),
        spare=lambda: open_audio(graph, Wish("null")),
        tell=lines.append,
        pause=0.1,
    )
    graph.post([note(port, 60, 100)])
    assert until(lambda: graph.sample > 4800)
    server.end(kill)

    def tended(holds: Callable[[], object]) -> bool:
        return until(lambda: keeper.tend() or holds())

    assert tended(lambda: keeper.on_spare)
    lost = graph.sample
    assert tended(lambda: graph.sample > lost + 4800), "blocks go on"
    assert "server is gone" in lines[0] and "without sound" in lines[1] and len(lines) == 2
    servers()
    assert tended(lambda: not keeper.on_spare)
    back = graph.sample
    assert tended(lambda: graph.sample > back + 4800)
    assert isinstance(keeper.device, JackDevice) and "is back" in lines[2] and len(lines) == 3
    keeper.stop()


def test_without_a_server_one_line_says_so(monkeypatch: pytest.MonkeyPatch, capfd: object) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "stemwright-test-nobody")
    for call in (JackLook, lambda: open_audio(Graph(48000), Wish("jack")), lambda: rate_of("jack")):
        with pytest.raises(StemwrightError, match=r"no server.* is running|JACK is not installed"):
            call()
    assert rate_of(None) == 48000
    assert any("JACK" in line for line in listing().notes)
    assert capfd.readouterr().err == "", "libjack itself is silent"
