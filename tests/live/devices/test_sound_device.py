"""The machine's own sound system, as far as every machine has it: the backend that plays into nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.live import devices
from stemwright.live.devices import Wish, is_there, open_audio, stop_all
from stemwright.native.devices import SoundDevice, SoundName, Through, Work, sound_names
from stemwright.native.live import Graph
from stemwright.native.live_commands import launch, plan, record
from support.waiting import until


@pytest.fixture(autouse=True)
def nothing_stays_open() -> Iterator[None]:
    yield
    stop_all()


def recorder() -> tuple[Graph, int, int]:
    """A graph that records what its player plays."""
    graph = Graph(48000)
    player, tap = graph.add_player(), graph.add_tap(10.0)
    out = graph.add_output(0, 1)
    graph.post([plan(graph.plan([(player, []), (tap, [player]), (out, [tap])])), record(tap, True)])
    return graph, player, tap


def test_time_goes_at_the_pace_of_the_clock() -> None:
    graph = Graph(48000)
    device = open_audio(graph, Wish("null", period=128))
    assert until(lambda: graph.sample > 0)
    begun, sample = time.monotonic_ns(), graph.sample
    time.sleep(0.5)
    passed = (time.monotonic_ns() - begun) * 48 // 1_000_000
    assert abs(graph.sample - sample - passed) < 4800
    now = device.sample_at(time.monotonic_ns())
    assert abs(now - graph.sample) < 4800 and device.sample_at(0) == 0
    assert device.alive and device.period == 128 and not device.trouble
    device.stop()
    device.stop()
    assert not device.alive
    stood = graph.sample
    time.sleep(0.05)
    assert graph.sample == stood


def test_what_is_played_on_a_device_is_what_is_rendered_offline() -> None:
    sound = np.random.default_rng(2).uniform(-0.5, 0.5, (9600, 2)).astype(np.float32)
    live, offline = recorder(), recorder()
    for graph, player, _ in (live, offline):
        graph.post([launch(player, graph.clip(sound), at=4800)])
    device = open_audio(live[0], Wish("null", period=333))
    assert until(lambda: live[0].sample > 20_000)
    device.stop()
    offline[0].render(live[0].sample)
    assert np.array_equal(live[0].read(live[2], 1 << 20), offline[0].read(offline[2], 1 << 20))


def test_inputs_and_more_outputs_than_a_device_has() -> None:
    device = open_audio(Through(48000, 2, 8), Wish("null"))
    assert isinstance(device, SoundDevice)
    assert until(lambda: device.work().callbacks > 3)
    assert 2 <= device.channels <= 8 and device.latency >= device.period and device.rate == 48000


def test_names_of_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        SoundName("pulse", "Scarlett 18i20 USB", True, False),
        SoundName("pulse", "Scarlett Solo USB", True, False),
        SoundName("pulse", "Built-in", True, True),
        SoundName("pulse", "Microphone", False, True),
        SoundName("null", "NULL Playback Device", True, True),
    ]
    monkeypatch.setattr(devices, "sound_names", lambda: names)
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "stemwright-test-nobody")
    assert is_there(Wish()) and is_there(Wish("solo")) and is_there(Wish("pulse:18i20"))
    assert not is_there(Wish("jack")) and not is_there(Wish("gone")) and not is_there(Wish("alsa"))
    for wish, line in (
        (Wish("scarlett"), "fits several"),
        (Wish("Apogee"), "none named 'Apogee'"),
        (Wish("microphone"), "none named"),
        (Wish(""), "names nothing"),
        (Wish("null", period=1), "16 to 8192"),
        (Wish("pulse:solo", input="line"), "input of pulse"),
    ):
        with pytest.raises(UsageError, match=line):
            open_audio(Graph(48000, inputs=1), wish)
    names[:] = [name for name in names if name.system == "null"]
    with pytest.raises(StemwrightError, match="there is no sound device"):
        open_audio(Graph(48000), Wish())
    with pytest.raises(StemwrightError, match="the system coreaudio is not there"):
        open_audio(Graph(48000), Wish("coreaudio"))


def test_a_device_that_is_gone_is_told() -> None:
    with pytest.raises(StemwrightError, match=r"no output named Scarlett \(any more\)"):
        SoundDevice(Graph(48000), system="null", output="Scarlett")
    with pytest.raises(StemwrightError, match="no sound system named oss"):
        SoundDevice(Graph(48000), system="oss")
    assert sound_names()[-1].system == "null"


def work(**counts: int) -> Work:
    made = np.zeros(1024, np.uint64)
    for name, count in counts.items():
        made[int(name[1:])] = count
    return Work(made, int(made.sum()), 128 * int(made.sum()), 5.0, 0, 0, 0)


def test_percentiles_of_work() -> None:
    """Class 8 is 8 ns; class 512 begins at 2^20 ns, and is 2^15 ns wide."""
    assert work().percentile(99) == 0.0
    figures = work(c8=990, c512=10)
    assert figures.percentile(50) == figures.percentile(99) == 8e-6
    assert figures.percentile(99.9) == pytest.approx((2**20 + 2**15 - 1) / 1e6)
    later = work(c8=1000, c512=10).since(figures)
    assert (later.callbacks, later.frames, later.longest) == (10, 1280, 8e-6)
