"""The same commands give equal bytes, reports and MIDI, wherever blocks begin."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

pytest.importorskip("stemwright.native._live")

from live_graphs import RATE, noise

from stemwright.native import live_commands as say
from stemwright.native.live import Floats, Graph
from stemwright.native.live_commands import REPORT, Flag, Records, What

FRAMES = 12000
BLOCKS = (1, 64, 127, 128, 1024)
INPUT = noise(FRAMES, 99)[:, :1] + np.float32(0.1)


@dataclass
class Everything:
    """A graph with all kinds of nodes, its plans not yet posted."""

    graph: Graph
    players: list[int]
    strips: list[int]
    voices: int
    click: int
    midi: int
    cv: int
    tap: int
    clips: list[int]
    plans: list[int]


def everything() -> Everything:
    graph = Graph(RATE, 1, 6)
    clips = [graph.clip(noise(frames, frames, 0.9)) for frames in (150, 1000, 2601)]
    players, strips = [graph.add_player() for _ in range(2)], [graph.add_strip() for _ in range(3)]
    ratios = [pitch / 64 for pitch in range(60, 68)]
    voices = graph.add_voices(
        [-1] * 60 + [clips[1]] * 8 + [-1] * 60, [1.0] * 60 + ratios + [1.0] * 60, polyphony=3, release=0.02
    )
    click, cv, midi, tap = graph.add_click(), graph.add_cv(4), graph.add_midi(0), graph.add_tap(0.1)
    heard, total, main, phones = graph.add_input(0), graph.add_sum(), graph.add_main(), graph.add_output(2, 3)
    sources = [
        (players[0], []),
        (players[1], []),
        (voices, []),
        (click, []),
        (heard, []),
        (midi, []),
        (cv, []),
    ]
    mixer = [
        (strips[0], [players[0], voices]),
        (strips[1], [players[1]]),
        (strips[2], [heard]),
        (total, [*strips, click]),
        (tap, [total]),
        (main, [tap]),
        (phones, [click, strips[0]]),
    ]
    small = [(players[0], []), (cv, []), (strips[0], [players[0]]), (tap, [strips[0]]), (main, [tap])]
    plans = [graph.plan(wires) for wires in ([*sources, *mixer], small, [*sources[::-1], *mixer])]
    return Everything(graph, players, strips, voices, click, midi, cv, tap, clips, plans)


Act = tuple[int, int, int, int, float]
ACTS = some.lists(
    some.tuples(
        some.integers(0, 11),
        some.integers(0, FRAMES - 1),
        some.integers(0, 7),
        some.integers(0, 2000),
        some.floats(0, 1),
    ),
    max_size=50,
)


def acted(stage: Everything, act: Act, ticket: int) -> Records:
    kind, at, choice, number, share = act
    player, strip = stage.players[choice % 2], stage.strips[choice % 3]
    match kind:
        case 0:
            return say.launch(player, stage.clips[choice % 3], at=at, ticket=ticket, offset=number % 150)
        case 1:
            period = Fraction(200 + number, 1 + choice)
            flags = Flag.LOOP | (Flag.SOFT if choice > 3 else Flag.NONE)
            return say.launch(
                player, stage.clips[choice % 3], at=at, ticket=ticket, flags=flags, period=period
            )
        case 2:
            return say.stop(player, at=at, ticket=ticket)
        case 3:
            low, high = ((0, 3), (-1, 1), (0, 1), (30, 15000), (30, 15000))[choice % 5]
            value = low + share * (high - low) if choice % 5 != 2 else round(share)
            return say.set_to(strip, choice % 5, value if choice != 6 else 0.0, at=at, ticket=ticket)
        case 4 | 5:
            return say.note(stage.voices, 60 + choice, round(127 * share), at=at, length=number)
        case 6:
            return say.note(stage.midi, 60 + choice % 3, round(127 * share), at=at, length=number)
        case 7:
            return say.note(stage.click, 76 + choice % 2, 100, at=at)
        case 8:
            return say.set_to(stage.cv, 0, share, at=at, glide=number)
        case 9:
            return say.record(stage.tap, choice > 0, at=at, ticket=ticket)
        case 10:
            return say.cancel(1 + choice, at=at, own_ticket=ticket)
        case _:
            return say.all_off(at=at) if choice > 3 else say.pulse(stage.cv, share, 1 + number, at=at)


Result = tuple[Floats, Floats, bytes, bytes]


def played(acts: Iterable[Act], blocks: Iterable[int], swaps: tuple[int, int]) -> Result:
    """Sound, what was recorded, reports and MIDI."""
    stage = everything()
    graph = stage.graph
    graph.post([say.plan(plan, at=at) for plan, at in zip(stage.plans, (0, *swaps), strict=True)])
    graph.post([acted(stage, act, 1 + n % 8) for n, act in enumerate(acts)])
    graph.post(say.record(stage.tap, False, at=FRAMES - 1))
    made, done, sizes = [], 0, cycle(blocks)
    while done < FRAMES:
        frames = min(next(sizes), FRAMES - done)
        made.append(graph.render(frames, INPUT[done : done + frames]))
        done += frames
    return (
        np.concatenate(made),
        graph.read(stage.tap, FRAMES),
        graph.reports().tobytes(),
        graph.midi().tobytes(),
    )


def same(a: Result, b: Result) -> bool:
    return all(
        x.tobytes() == y.tobytes() if isinstance(x, np.ndarray) else x == y for x, y in zip(a, b, strict=True)
    )


@settings(max_examples=25, deadline=None)
@given(
    ACTS, some.lists(some.integers(1, 700), min_size=1), some.integers(1, FRAMES), some.integers(1, FRAMES)
)
def test_blocks_of_any_size_give_equal_bytes(acts: list[Act], sizes: list[int], a: int, b: int) -> None:
    swaps = (min(a, b), max(a, b))
    whole = played(acts, [FRAMES], swaps)
    assert same(whole, played(acts, sizes, swaps))


def many_acts(seed: int = 0) -> list[Act]:
    rng = np.random.default_rng(seed)
    return [
        (
            int(rng.integers(12)),
            int(rng.integers(FRAMES)),
            int(rng.integers(8)),
            int(rng.integers(2000)),
            float(rng.random()),
        )
        for _ in range(300)
    ]


def test_the_sizes_that_are_promised_give_equal_bytes() -> None:
    acts = many_acts()
    results = [played(acts, [block], (5000, 7000)) for block in BLOCKS]
    assert all(same(results[0], other) for other in results[1:])
    sound, recorded, reports, midi = results[0]
    assert np.abs(sound).max() > 0.5 and len(recorded) > 100 and len(midi) > 100
    kinds = set(np.frombuffer(reports, REPORT)["what"].tolist())
    assert kinds == {What.APPLIED, What.ENDED, What.OVERRUN, What.RETIRED}


def test_the_bytes_are_those_of_every_machine() -> None:
    """A change here is a change of what sessions sound like when they are replayed: mean it."""
    sound, recorded, _, midi = played(many_acts(), [FRAMES], (5000, 7000))
    digest = hashlib.sha256(sound.tobytes() + recorded.tobytes() + midi).hexdigest()
    assert digest == "b35d9728024ea25c8b018d7b7a40acd7bbfc49f28b31281ed4c696ec78c43357"
