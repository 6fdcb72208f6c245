"""Time-stamped commands: late ones, cancelled ones, too many of them, wrong ones."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("stemwright.native._live")

from live_graphs import noise, one_player, ones, rendered, told, wired

from stemwright.errors import StemwrightError, UsageError
from stemwright.native import live_commands as say
from stemwright.native.live import Graph
from stemwright.native.live_commands import COMMAND, NOW, Flag, Lost, Op, Parameter, Records, What


def test_late_commands() -> None:
    graph, player = one_player()
    clip = graph.clip(ones(10))
    graph.render(1000)
    graph.post(say.launch(player, clip, at=999, ticket=1, flags=Flag.ON_TIME))
    assert not graph.render(100).any()
    graph.post([say.launch(player, clip, at=999, ticket=2)])
    made = graph.render(100)[:, 2]
    assert made[:10].all() and not made[10:].any()
    reports = graph.reports()
    assert reports["what"].tolist() == [What.LATE, What.APPLIED, What.ENDED]
    assert reports["ticket"].tolist() == [1, 2, 2] and reports["at"].tolist() == [1000, 1100, 1110]
    assert reports["op"][0] == Op.LAUNCH and reports["node"][0] == player


def test_what_is_late_holds_in_the_order_of_posting() -> None:
    graph, player = one_player()
    clip = graph.clip(ones(5000))
    graph.render(1000)
    graph.post([say.launch(player, clip, at=900), say.stop(player, at=NOW)])
    assert not graph.render(1000).any()
    graph.post([say.stop(player, at=NOW, flags=Flag.ON_TIME), say.launch(player, clip, at=10)])
    assert graph.render(1000)[:, 2].all()


def test_on_time_at_the_next_sample_is_on_time() -> None:
    graph, player = one_player()
    graph.render(64)
    graph.post(say.launch(player, graph.clip(ones(10)), at=64, flags=Flag.ON_TIME))
    assert graph.render(64)[:10, 2].all()


def test_cancel_drops_what_was_not_applied() -> None:
    graph, player = one_player()
    clip = graph.clip(ones(10))
    graph.post([say.launch(player, clip, at=at, ticket=5) for at in (100, 200, 300)])
    graph.post([say.launch(player, clip, at=400, ticket=6), say.cancel(5, at=150, own_ticket=9)])
    made = graph.render(1000)[:, 2]
    assert np.flatnonzero(made).tolist() == [*range(100, 110), *range(400, 410)]
    applied = told(graph, What.APPLIED)
    assert applied["ticket"].tolist() == [5, 9, 6] and applied["value"].tolist() == [0, 2, 0]


def test_cancel_at_once_comes_before_what_is_due_at_that_very_sample() -> None:
    graph, player = one_player()
    clip = graph.clip(ones(1000))
    graph.post([say.launch(player, clip, at=500, ticket=7), say.launch(player, clip, at=900, ticket=8)])
    graph.render(500)
    graph.post([say.launch(player, clip, at=600, ticket=9), say.cancel(7, own_ticket=10), say.cancel(9)])
    heard = graph.render(600)[:, 2]
    assert not heard[:400].any() and heard[400:].all()
    applied = [
        (int(each["ticket"]), int(each["at"])) for each in graph.reports() if each["what"] == What.APPLIED
    ]
    assert applied == [(10, 500), (8, 900)]


def test_a_full_ring_says_how_much_found_room_and_loses_nothing() -> None:
    graph = Graph()
    strip = graph.add_strip()
    many = np.repeat(say.set_to(strip, Parameter.GAIN, 0.5, at=1 << 40), 70000)
    many["ticket"] = np.arange(70000) % 7 + 1
    posted = graph.post(many)
    assert posted == 16384 - 1024
    graph.render(1)
    posted += graph.post(many[posted:])
    graph.render(1)
    posted += graph.post(many[posted:])
    graph.render(1)
    assert posted == 32768 and graph.post(many[posted:]) == 0
    assert graph.post(say.joined(say.cancel(ticket, own_ticket=ticket) for ticket in range(1, 8))) == 7
    graph.render(1)  # what is to hold at once finds room when all else waits
    assert told(graph, What.APPLIED)["value"].sum() == 32768
    assert graph.post(many) == 16384 - 1024


def test_what_is_to_hold_at_once_has_room_beside_a_full_ring() -> None:
    graph = Graph()
    strip = graph.add_strip()
    graph.post(np.repeat(say.set_to(strip, Parameter.GAIN, 0.5, at=1 << 40), 20000))
    assert graph.post(np.repeat(say.set_to(strip, Parameter.GAIN, 0.5), 2000)) == 1024


def test_reports_that_nobody_reads_are_counted() -> None:
    graph = Graph()
    strip = graph.add_strip()
    for _ in range(2):
        graph.post(np.repeat(say.set_to(strip, Parameter.GAIN, 0.5, ticket=1), 10000))
        graph.render(1)
    assert len(graph.reports()) == 16384
    graph.post(say.set_to(strip, Parameter.GAIN, 0.5, ticket=2))
    graph.render(1)
    reports = graph.reports()
    assert reports["what"].tolist() == [What.DROPPED, What.APPLIED]
    assert (reports["index"][0], reports["value"][0]) == (Lost.REPORTS, 20000 - 16384)


def wrong(node: int, player: int, clip: int) -> dict[str, Records]:
    """Commands that must be refused, and what the line says; `node` is a strip."""
    bad_value = say.set_to(node, Parameter.GAIN, 1)
    bad_value["value"] = np.nan
    unknown = say.set_to(node, Parameter.GAIN, 1)
    unknown["op"] = 77
    flagged = say.stop(player)
    flagged["flags"] = 1 << 20
    return {
        "a value is not a finite number": bad_value,
        "op 77 is not known": unknown,
        "a flag is not known": flagged,
        "node 999 is not there": say.stop(999),
        f"node {node}: strip nodes do not know this op": say.stop(node),
        "no such parameter": say.set_to(node, 17, 1),
        "a gain is from 0 to 16": say.set_to(node, Parameter.GAIN, -1),
        "a pan is from -1 to 1": say.set_to(node, Parameter.PAN, 1.5),
        "a mute is 0 or 1": say.set_to(node, Parameter.MUTE, 0.5),
        "a cutoff is 0": say.set_to(node, Parameter.LOW_PASS, 30000),
        "clip 55 is not there": say.launch(player, 55),
        "the offset lies beyond": say.launch(player, clip, offset=100),
        "not a whole number from 0 on": say.command(Op.LAUNCH, node=player, index=clip, value=-0.5),
        "the period is under one frame": say.command(
            Op.LAUNCH, node=player, index=clip, value2=1, divisor=2, flags=Flag.LOOP
        ),
        "plan 12 is not there": say.plan(12),
        "the ticket to cancel": say.cancel(0),
        "beyond 2\\^60": say.stop(player, at=1 << 61),
    }


def test_wrong_commands_are_refused_in_one_line_and_none_is_posted() -> None:
    graph, player = one_player()
    strip, clip = graph.add_strip(), graph.clip(ones(100))
    good = say.launch(player, clip, ticket=1)
    for line, command in wrong(strip, player, clip).items():
        with pytest.raises(UsageError, match=f"command 1: .*{line}") as caught:
            graph.post([good, command])
        assert "\n" not in str(caught.value)
    graph.render(10)
    assert not told(graph, What.APPLIED).size


def test_wrong_arrays_are_refused() -> None:
    graph = Graph()
    for given in (np.zeros(3), np.zeros((2, 2), COMMAND), np.zeros(5, np.uint8)):
        with pytest.raises(UsageError, match=r"is not an array \[n\] of COMMAND"):
            graph.post(given)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="SET"):
        say.set_to(-1, Parameter.GAIN, 1.0)
    with pytest.raises(UsageError, match="LAUNCH"):
        say.launch(0, 1 << 40)
    assert graph.post([]) == 0


def test_clips_that_are_no_sound_are_refused() -> None:
    graph = Graph()
    for bad in (np.nan, np.inf, -np.inf):
        sound = noise(100)
        sound[37, 1] = bad
        with pytest.raises(UsageError, match="clip: frame 37 is not a finite number"):
            graph.clip(sound)
    with pytest.raises(UsageError, match="beyond a level of 64"):
        graph.clip(ones(3) * 65)
    with pytest.raises(UsageError, match="1 to 268435456"):
        graph.clip(ones(0))
    with pytest.raises(UsageError, match=r"is not float \[frames, 2\]"):
        graph.clip(np.zeros((3, 1), np.float32))
    with pytest.raises(UsageError, match=r"is not float \[frames, 2\]"):
        graph.clip(np.zeros((3, 2), np.int16))  # type: ignore[arg-type]
    assert graph.clips() == 0


def test_wrong_nodes_and_plans_are_refused() -> None:
    graph = Graph(48000, 1, 4)
    player, strip, main = graph.add_player(), graph.add_strip(), graph.add_main()
    graph.add_midi(3)
    for call, line in (
        (lambda: Graph(100), "rate: 100"),
        (lambda: Graph(outputs=1), "outputs: 1"),
        (lambda: graph.add_input(1), "input: 1"),
        (lambda: graph.add_output(2, 4), "output: 4"),
        (lambda: graph.add_output(2, 2), "the same channel"),
        (lambda: graph.add_cv(9), "output: 9"),
        (lambda: graph.add_midi(64), "port: 64"),
        (lambda: graph.add_midi(3), "port: 3 has a node already"),
        (lambda: graph.add_tap(0.0), "of 0.1 to 600"),
        (lambda: graph.add_tap(float("nan")), "nan is not a number"),
        (lambda: graph.add_voices([0], [1.0]), "are not 128"),
        (lambda: graph.add_voices([9] * 128, [1.0] * 128), "clip 9 is not there"),
        (lambda: graph.plan([(player, []), (player, [])]), "comes twice"),
        (lambda: graph.plan([(strip, [player]), (player, [])]), "comes before node 0"),
        (lambda: graph.plan([(strip, [strip])]), "comes before node 1"),
        (lambda: graph.plan([(99, [])]), "node 99 is not there"),
        (lambda: graph.plan([(player, []), (player, [99])]), "comes twice"),
        (lambda: graph.plan([(strip, [99])]), "hears node 99, which is not there"),
        (lambda: graph.plan([(player, []), (strip, [player, player])]), "twice"),
        (lambda: graph.plan([(main, []), (graph.add_output(3, 1), [])]), "writes output 1"),
        (lambda: graph.plan([(strip, []), (graph.add_player(), [strip])]), "hears nothing"),
        (lambda: graph.read(player, 10), "tap: node 0 is none"),
        (lambda: graph.render(-1), "frames"),
        (lambda: graph.render(10, np.zeros((10, 2), np.float32)), r"is not float32 \[10, 1\]"),
    ):
        with pytest.raises(UsageError, match=line):
            call()


def test_a_plan_is_for_one_use() -> None:
    graph, _ = one_player()
    graph.reports()
    first, second = graph.plan([]), graph.plan([])
    graph.post([say.plan(first), say.plan(second, at=50)])
    graph.render(100)
    retired = told(graph, What.RETIRED)
    assert retired["index"].tolist() == [0, first] and retired["at"].tolist() == [0, 50]
    with pytest.raises(UsageError, match=f"plan {first} is not there, or retired"):
        graph.post(say.plan(first))


def test_a_graph_that_is_rendered_is_not_rendered_twice() -> None:
    from threading import Thread

    graph, player = one_player()
    graph.post(say.launch(player, graph.clip(noise(480)), flags=Flag.LOOP))
    worker = Thread(target=lambda: graph.render(1 << 23))
    worker.start()
    refused = 0
    while worker.is_alive():
        try:
            graph.render(1)
        except StemwrightError as error:
            assert "stop that first" in str(error)
            refused += 1
    worker.join()
    assert refused


def test_a_plan_that_is_swapped_under_sound_leaves_the_rest_untouched() -> None:
    graph = Graph(48000, 0, 4)
    player, other, out = graph.add_player(), graph.add_player(), graph.add_output(2, 3)
    strip = graph.add_strip()
    sound = noise(4000)
    wired(graph, [(player, []), (strip, [player]), (out, [strip])])
    graph.post(say.launch(player, graph.clip(sound), at=10))
    plans = [
        graph.plan([(player, []), (other, []), (strip, [player, other]), (out, [strip])]),
        graph.plan([(other, []), (player, []), (strip, [other, player]), (out, [strip])]),
    ]
    graph.post([say.plan(number, at=at) for number, at in zip(plans, (1001, 2002), strict=True)])
    made = rendered(graph, [97] * 50)[:, 2:]
    np.testing.assert_array_equal(made[10:4010], sound)
    assert NOW == -1 and told(graph, What.RETIRED)["at"].tolist() == [1001, 2002]
