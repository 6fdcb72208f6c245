"""Graphs for tests of the native part of live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from stemwright.native import live_commands as say
from stemwright.native.live import Floats, Graph
from stemwright.native.live_commands import Records, What

RATE = 48000
FADE = RATE // 200
"""Samples of the 5 ms that parameters and ends take."""


def noise(frames: int, seed: int = 0, level: float = 0.2) -> Floats:
    """A clip that is nowhere like itself elsewhere."""
    return (np.random.default_rng(seed).uniform(-level, level, (frames, 2))).astype(np.float32)


def ones(frames: int) -> Floats:
    return np.ones((frames, 2), np.float32)


def wired(graph: Graph, wires: Sequence[tuple[int, Sequence[int]]]) -> None:
    """The plan is the current one from the first sample that comes on."""
    graph.post(say.plan(graph.plan(wires)))


def one_player() -> tuple[Graph, int]:
    """A player that is heard as it is: through an output node, not through the main's limiter."""
    graph = Graph(RATE, 0, 4)
    player, out = graph.add_player(), graph.add_output(2, 3)
    wired(graph, [(player, []), (out, [player])])
    return graph, player


def rendered(graph: Graph, blocks: Iterable[int]) -> Floats:
    return np.concatenate([graph.render(frames) for frames in blocks])


def told(graph: Graph, what: What) -> Records:
    reports = graph.reports()
    return reports[reports["what"] == what]
