"""Strips, sums, the main's limiter, recorder taps, voltages, inputs and meters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

pytest.importorskip("stemwright.native._live")

from live_graphs import FADE, RATE, noise, ones, rendered, told, wired

from stemwright.native import live_commands as say
from stemwright.native.live import Floats, Graph
from stemwright.native.live_commands import Flag, Parameter, What

CEILING = 10 ** (-1 / 20)


def through_strip(sound: Floats, *settings: tuple[Parameter, float]) -> Floats:
    """What a strip makes of a sound that begins 1000 samples after its settings."""
    graph = Graph(RATE, 0, 4)
    player, strip, out = graph.add_player(), graph.add_strip(), graph.add_output(2, 3)
    wired(graph, [(player, []), (strip, [player]), (out, [strip])])
    graph.post([say.set_to(strip, parameter, value) for parameter, value in settings])
    graph.post(say.launch(player, graph.clip(sound), at=1000))
    return graph.render(1000 + len(sound))[1000:, 2:]


def test_a_strip_that_is_not_set_changes_nothing() -> None:
    np.testing.assert_array_equal(through_strip(noise(5000)), noise(5000))


def test_gain_pan_and_mute() -> None:
    sound = noise(500)
    np.testing.assert_array_equal(through_strip(sound, (Parameter.GAIN, 0.25)), sound / 4)
    left = through_strip(sound, (Parameter.PAN, -1.0))
    np.testing.assert_array_equal(left, sound * [1, 0])
    np.testing.assert_array_equal(through_strip(sound, (Parameter.PAN, 0.5)), sound * [0.5, 1])
    assert not through_strip(sound, (Parameter.MUTE, 1.0)).any()


def test_a_parameter_goes_along_a_line_from_its_sample_on() -> None:
    graph = Graph(RATE, 0, 4)
    player, strip, out = graph.add_player(), graph.add_strip(), graph.add_output(2, 3)
    wired(graph, [(player, []), (strip, [player]), (out, [strip])])
    graph.post(say.launch(player, graph.clip(ones(3000))))
    graph.post(
        [say.set_to(strip, Parameter.GAIN, 3.0, at=501), say.set_to(strip, Parameter.GAIN, 1.0, at=621)]
    )
    made = graph.render(1200)[:, 2]
    assert (made[:501] == 1).all()
    np.testing.assert_allclose(made[501:621], 1 + 2 * np.arange(120) / FADE, atol=1e-6)
    np.testing.assert_allclose(made[621 : 621 + FADE], 2 - np.arange(FADE) / FADE, atol=1e-6)
    assert (made[621 + FADE :] == 1).all()


@pytest.mark.parametrize("parameter", [Parameter.LOW_PASS, Parameter.HIGH_PASS])
@pytest.mark.parametrize("cutoff", [20.0, 800.0, 15000.0])
def test_filters_are_those_of_butterworth(parameter: Parameter, cutoff: float) -> None:
    sound = noise(6000)
    kind = "low" if parameter is Parameter.LOW_PASS else "high"
    sections = signal.butter(2, cutoff, kind, fs=RATE, output="sos")
    expected = signal.sosfilt(sections, sound.astype(np.float64), axis=0)
    np.testing.assert_allclose(through_strip(sound, (parameter, cutoff)), expected, atol=2e-6)


def test_a_filter_that_is_switched_off_again_changes_nothing() -> None:
    graph = Graph(RATE, 0, 4)
    player, strip, out = graph.add_player(), graph.add_strip(), graph.add_output(2, 3)
    wired(graph, [(player, []), (strip, [player]), (out, [strip])])
    sound = noise(5000)
    graph.post(say.launch(player, graph.clip(sound)))
    for at, cutoff in ((500, 300.0), (900, 5000.0), (2000, 0.0)):
        graph.post(say.set_to(strip, Parameter.LOW_PASS, cutoff, at=at))
    made = graph.render(5000)[:, 2:]
    np.testing.assert_array_equal(made[:500], sound[:500])
    np.testing.assert_array_equal(made[2000 + FADE :], sound[2000 + FADE :])
    assert np.abs(made).max() <= 1 and (made[900:2000] != sound[900:2000]).all()


def limited(sound: Floats) -> tuple[Floats, int]:
    graph = Graph(RATE)
    player, main = graph.add_player(), graph.add_main()
    wired(graph, [(player, []), (main, [player])])
    graph.post(say.launch(player, graph.clip(sound)))
    return graph.render(len(sound) + graph.latency), graph.latency


@pytest.mark.parametrize("level", [0.9, 2.0, 60.0])
def test_the_limiter_keeps_its_ceiling(level: float) -> None:
    rng = np.random.default_rng(5)
    sound = noise(20000, 4, level)
    sound[rng.integers(0, 20000, 15)] = level
    sound[5000:9000] *= 0.01
    made, latency = limited(sound)
    assert np.abs(made).max() <= CEILING and latency == 72
    assert np.abs(made).max() > CEILING * 0.98  # and no lower than it must
    gain = made[latency:].astype(np.float64) / np.where(sound == 0, 1, sound)
    np.testing.assert_allclose(gain[:, 0], gain[:, 1], rtol=1e-5)  # the image stays
    assert np.abs(np.diff(gain[:, 0])).max() < 2 / latency  # and nothing clicks


def test_the_limiter_changes_nothing_below_its_ceiling() -> None:
    sound = noise(9000, 1, 0.89)
    made, latency = limited(sound)
    np.testing.assert_array_equal(made[latency:], sound)


def test_after_a_peak_the_limiter_lets_go_for_good() -> None:
    sound = noise(200000, 1, 0.5)
    sound[100] = 4
    made, latency = limited(sound)
    assert (made[latency + 200] != sound[200]).all()
    np.testing.assert_array_equal(made[latency + 120000 :], sound[120000:])


def test_recorded_buses_add_up_to_the_main_before_its_limiter() -> None:
    graph = Graph(RATE)
    buses = []
    wires: list[tuple[int, list[int]]] = []
    for n in range(16):
        player, strip, tap = graph.add_player(), graph.add_strip(), graph.add_tap(2.0)
        wires += [(player, []), (strip, [player]), (tap, [strip])]
        graph.post(say.set_to(strip, Parameter.GAIN, 0.3 + n / 9))
        graph.post(say.set_to(strip, Parameter.PAN, n / 20))
        graph.post(say.set_to(strip, Parameter.LOW_PASS, 2000.0 + 900 * n))
        graph.post(say.launch(player, graph.clip(noise(700 + n, n)), at=11 * n, flags=Flag.LOOP))
        buses.append((strip, tap))
    total, whole, main, last = graph.add_sum(), graph.add_tap(2.0), graph.add_main(), graph.add_tap(2.0)
    wires += [(total, [tap for _, tap in buses]), (whole, [total]), (main, [whole]), (last, [main])]
    wired(graph, wires)
    taps = [tap for _, tap in buses]
    graph.post([say.record(tap, True, at=500) for tap in [*taps, whole, last]])
    graph.post([say.record(tap, False, at=30500) for tap in [*taps, whole, last]])
    made = rendered(graph, [128] * 250)
    parts = [graph.read(tap, 1 << 20) for tap in taps]
    assert {len(part) for part in parts} == {30000}
    before = graph.read(whole, 1 << 20)
    assert np.abs(np.sum(parts, axis=0, dtype=np.float64) - before).max() < 1e-6
    assert np.abs(before).max() > 1  # the limiter had work to do
    np.testing.assert_array_equal(graph.read(last, 1 << 20), made[500:30500])
    assert np.abs(made).max() <= CEILING and not told(graph, What.OVERRUN).size


def test_a_tap_that_is_not_read_says_how_much_it_lost() -> None:
    graph = Graph(RATE, 0, 4)
    player, tap, out = graph.add_player(), graph.add_tap(0.1), graph.add_output(2, 3)
    wired(graph, [(player, []), (tap, [player]), (out, [tap])])
    sound = noise(200000)
    graph.post([say.launch(player, graph.clip(sound)), say.record(tap, True, at=100)])
    np.testing.assert_array_equal(graph.render(60000)[:, 2:], sound[:60000])
    first = graph.read(tap, 3000)
    np.testing.assert_array_equal(first, sound[100:3100])
    graph.render(1000)
    second = graph.read(tap, 1 << 20)
    np.testing.assert_array_equal(second, np.concatenate([sound[3100:4900], sound[60000:61000]]))
    overrun = told(graph, What.OVERRUN)
    assert overrun["at"].tolist() == [4900, 52900] and overrun["value"].tolist() == [48000, 7100]
    assert (overrun["node"] == tap).all()


def test_a_voltage_is_held_glides_and_is_pulsed_at_its_sample() -> None:
    graph = Graph(RATE, 0, 3)
    cv = graph.add_cv(2)
    wired(graph, [(cv, [])])
    graph.post([say.set_to(cv, 0, 0.25, at=100), say.pulse(cv, 1.0, 48, at=200)])
    graph.post(say.set_to(cv, 0, -0.75, at=300, glide=100))
    made = graph.render(600)[:, 2]
    expected = np.zeros(600)
    expected[100:300], expected[300:400], expected[400:] = 0.25, 0.25 - np.arange(100) / 100, -0.75
    expected[200:248] = 1
    np.testing.assert_allclose(made, expected, atol=1e-7)


def test_inputs_lose_their_constant_voltage_unless_they_are_to_keep_it() -> None:
    graph = Graph(RATE, 2, 6)
    plain, steady = graph.add_input(0, 1), graph.add_input(1, steady=True)
    outs = [graph.add_output(2, 3), graph.add_output(4, 5)]
    wired(graph, [(plain, []), (steady, []), (outs[0], [plain]), (outs[1], [steady])])
    given = noise(48000) + np.float32(0.3)
    made = graph.render(48000, given)
    assert np.abs(made[24000:, 2:4].mean(axis=0)).max() < 0.003
    np.testing.assert_array_equal(made[:, 4:], given[:, [1, 1]])
    assert not graph.render(100)[:, 4:].any()  # no inputs are silence


def test_an_input_that_gives_no_numbers_is_told_and_silent() -> None:
    graph = Graph(RATE, 1, 4)
    heard, strip, out = graph.add_input(0), graph.add_strip(), graph.add_output(2, 3)
    main = graph.add_main()
    wired(graph, [(heard, []), (strip, [heard]), (out, [strip]), (main, [strip])])
    given = np.full((RATE * 2, 1), 0.1, np.float32)
    given[1000:1100] = np.nan
    given[5000:5010] = np.inf
    given[RATE + 2000 :] = 1e30
    made = graph.render(len(given), given)
    assert np.isfinite(made).all() and made[-1, 2] == pytest.approx(0, abs=0.2)
    bad = told(graph, What.BAD_INPUT)
    assert bad["at"].tolist() == [1000, RATE + 1000] and bad["value"].tolist() == [2, 109 * 2]


def test_levels_stay_finite_whatever_is_wired() -> None:
    graph = Graph(RATE)
    player, main = graph.add_player(), graph.add_main()
    strips = [graph.add_strip() for _ in range(60)]
    wires: list[tuple[int, list[int]]] = [(player, [])]
    for before, strip in zip([player, *strips], strips, strict=False):
        graph.post(say.set_to(strip, Parameter.GAIN, 16.0))
        wires.append((strip, [before]))
    wired(graph, [*wires, (main, strips)])
    graph.post(say.launch(player, graph.clip(noise(9000, 3, 60.0))))
    made = graph.render(10000)
    assert np.isfinite(made).all() and np.abs(made).max() <= CEILING


def test_meters_say_peak_and_rms_since_the_last_call() -> None:
    graph = Graph(RATE, 0, 4)
    player, out = graph.add_player(), graph.add_output(2, 3)
    wired(graph, [(player, []), (out, [player])])
    sound = noise(10000, 2)
    graph.post(say.launch(player, graph.clip(sound)))
    for part in (sound[:4000], sound[4000:9000]):
        rendered(graph, [1000] * (len(part) // 1000))
        levels = graph.meters()
        assert levels.shape == (2, 2)
        np.testing.assert_array_equal(levels["peak"][player], np.abs(part).max(axis=0))
        rms = np.sqrt((part.astype(np.float64) ** 2).mean(axis=0))
        np.testing.assert_allclose(levels["rms"][out], rms, rtol=1e-5)
    assert not graph.meters()["peak"].any()


def test_the_clock_and_the_work() -> None:
    graph = Graph()
    rendered(graph, [128] * 10)
    sample, ns, frames = graph.clock()
    assert (sample, frames, graph.sample) == (9 * 128, 128, 1280) and ns > 0
    assert graph.work().sum() == 10
