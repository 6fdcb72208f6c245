"""The launcher's column: what is launched begins at its very sample."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("stemwright.native._live")

from live_graphs import FADE, RATE, noise, one_player, ones, rendered, told, wired

from stemwright.errors import UsageError
from stemwright.native import live_commands as say
from stemwright.native.live import Graph
from stemwright.native.live_commands import NOW, Flag, What


@pytest.mark.parametrize("at", [0, 1, 127, 128, 1000, 5001])
def test_a_launch_begins_at_its_very_sample_at_full_level(at: int) -> None:
    graph, player = one_player()
    sound = noise(500)
    graph.post(say.launch(player, graph.clip(sound), at=at, ticket=7))
    made = rendered(graph, [128] * 50)[:, 2:]
    np.testing.assert_array_equal(made[at : at + 500], sound)
    assert not made[:at].any() and not made[at + 500 :].any()
    reports = graph.reports()
    assert reports["what"].tolist() == [What.APPLIED, What.ENDED]
    assert reports["at"].tolist() == [at, at + 500] and reports["ticket"].tolist() == [7, 7]


def test_an_offset_and_a_loop_of_the_whole_clip() -> None:
    graph, player = one_player()
    sound = noise(701)
    graph.post(say.launch(player, graph.clip(sound), at=10, offset=300, flags=Flag.LOOP))
    made = graph.render(5000)[:, 2:]
    np.testing.assert_array_equal(made[10:], sound[(np.arange(4990) + 300) % 701])


@pytest.mark.parametrize("period", [Fraction(48000 * 7, 11), Fraction(6001, 2), Fraction(2881, 3), 5000])
def test_passes_of_a_period_that_is_no_whole_number_never_drift(period: Fraction | int) -> None:
    graph, player = one_player()
    spike = np.zeros((900, 2), np.float32)
    spike[0] = 1
    graph.post(say.launch(player, graph.clip(spike), at=3, flags=Flag.LOOP, period=period))
    heard = np.flatnonzero(graph.render(600000)[:, 2])
    expected = [3 + int(k * Fraction(period) + Fraction(1, 2)) for k in range(len(heard))]
    assert heard.tolist() == expected and len(heard) > 15


def test_a_cut_end_fades_over_the_next_pass() -> None:
    graph, player = one_player()
    graph.post(say.launch(player, graph.clip(ones(1000)), at=0, flags=Flag.LOOP, period=600))
    made = graph.render(1300)[:, 2]
    assert (made[:600] == 1).all()
    np.testing.assert_allclose(made[600 : 600 + FADE], 2 - np.arange(FADE) / FADE, atol=1e-6)
    assert (made[600 + FADE : 1200] == 1).all() and made[1200] == 2


def test_what_is_replaced_fades_and_so_does_what_is_stopped() -> None:
    graph, player = one_player()
    first, second = graph.clip(ones(4000)), graph.clip(-ones(4000))
    graph.post([say.launch(player, first), say.launch(player, second, at=1000), say.stop(player, at=2000)])
    made = graph.render(3000)[:, 2]
    line = 1 - np.arange(FADE) / FADE
    np.testing.assert_allclose(made[1000 : 1000 + FADE], line - 1, atol=1e-6)
    np.testing.assert_allclose(made[2000 : 2000 + FADE], -line, atol=1e-6)
    assert (made[1000 + FADE : 2000] == -1).all() and not made[2000 + FADE :].any()
    assert told(graph, What.ENDED).size == 0  # neither came to its end


def test_a_soft_launch_fades_in() -> None:
    graph, player = one_player()
    graph.post(say.launch(player, graph.clip(ones(4000)), flags=Flag.SOFT, offset=100))
    made = graph.render(1000)[:, 2]
    np.testing.assert_allclose(made[:FADE], np.arange(FADE) / FADE, atol=1e-6)
    assert (made[FADE:] == 1).all()


def test_the_last_of_one_sample_sounds_alone() -> None:
    graph, player = one_player()
    sounds = [noise(300, seed) for seed in range(3)]
    graph.post([say.launch(player, graph.clip(sound), at=50) for sound in sounds])
    np.testing.assert_array_equal(graph.render(350)[50:, 2:], sounds[-1])


def test_a_hundred_launches_within_a_fade() -> None:
    graph, player = one_player()
    clip = graph.clip(ones(4000))
    graph.post([say.launch(player, clip, at=2 * n) for n in range(100)])
    made = graph.render(1000)[:, 2]
    assert 1 <= made.max() <= 9 and (made[200 + FADE :] == 1).all()
    graph.drop_clip(clip)
    graph.post(say.stop(player))
    graph.render(FADE + 1)
    assert graph.clips() == 0


def test_a_dropped_clip_is_freed_once_nothing_plays_it() -> None:
    graph, player = one_player()
    clip = graph.clip(ones(400))
    graph.post([say.launch(player, clip, at=100), say.launch(player, clip, at=5000, ticket=3)])
    graph.drop_clip(clip)
    with pytest.raises(UsageError, match=f"clip {clip} is not there"):
        graph.post(say.launch(player, clip))
    assert graph.clips() == 1
    graph.render(1000)
    assert graph.clips() == 1  # the second launch is still to come
    graph.post(say.cancel(3))
    graph.render(1)
    assert graph.clips() == 0


def test_a_player_out_of_the_plan_is_silent_and_holds_nothing() -> None:
    graph, player = one_player()
    clip = graph.clip(ones(400))
    graph.post([say.launch(player, clip, at=10), say.plan(graph.plan([]), at=20)])
    made = graph.render(100)[:, 2]
    assert made[10:20].all() and not made[20:].any()
    graph.post(say.launch(player, clip, at=NOW))
    graph.render(100)
    assert told(graph, What.ENDED)["at"].tolist() == [20, 100]
    graph.drop_clip(clip)
    assert graph.clips() == 0


def test_ten_thousand_launches_at_random_none_of_them_a_sample_off() -> None:
    graph = Graph(RATE, 0, 4)
    players, out = [graph.add_player() for _ in range(16)], graph.add_output(2, 3)
    wired(graph, [*((player, []) for player in players), (out, players)])
    rng = np.random.default_rng(8)
    clip, expected = graph.clip(ones(1)), np.zeros(400000)
    for player in players:
        samples = rng.choice(len(expected), 625, replace=False)
        np.add.at(expected, samples, 1)
        graph.post(say.joined(say.launch(player, clip, at=int(at)) for at in samples))
    made = rendered(graph, [64, 1, 127, 128, 480, 1024, 1176] * 134)[: len(expected), 2]
    np.testing.assert_array_equal(made, expected)
