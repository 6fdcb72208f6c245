"""Sounds through a timbre: at once, by hops, and on the live graph with a clock beside it."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.models.bundle import Bundle
from stemwright.models.onnx_session import open_session
from stemwright.models.timbre import DECODER, ENCODER, HOP, RATE, TimbreFiles
from stemwright.native import live_commands as lc
from stemwright.native.live import Graph

Sound = npt.NDArray[np.float32]


class Timbre:
    """A bundle's graphs in ONNX Runtime."""

    def __init__(self, bundle: Bundle) -> None:
        self._encoder, self._decoder = (open_session(bundle.file(name)) for name in (ENCODER, DECODER))
        config = bundle.manifest.architecture
        self.delay = int(config["delay"])
        self._sizes = config["encoder_state"], config["decoder_state"]

    def play(self, sound: Sound) -> Sound:
        """What becomes of a sound [N] at 48 kHz, [N - some] in its place: without the delay."""
        padded = np.pad(sound, (0, -len(sound) % HOP))
        return self._passed(padded, self._begun())[self.delay : len(sound)]

    def streamed_apart(self, sound: Sound) -> float:
        """The largest difference between a sound by hops and at once."""
        cut = sound[: len(sound) // HOP * HOP]
        states = self._begun()
        parts = [self._passed(cut[at : at + HOP], states) for at in range(0, len(cut), HOP)]
        return float(np.abs(np.concatenate(parts) - self._passed(cut, self._begun())).max())

    def _begun(self) -> list[Sound]:
        return [np.zeros((1, size), np.float32) for size in self._sizes]

    def _passed(self, sound: Sound, states: list[Sound]) -> Sound:
        latent, states[0] = self._encoder.run(None, {"audio": sound[None], "state": states[0]})
        made, states[1] = self._decoder.run(None, {"latent": latent, "state": states[1]})
        return np.asarray(made[0])


def cost(files: TimbreFiles, sound: Sound) -> dict[str, Any]:
    """What the live graph's node costs, hop by hop, on this machine as it is: ``core`` (share of one),
    ``median_ms``, ``p99_ms`` and ``jitter_ms`` (from the median to 99.9%); and the samples by which a click
    comes out later, with ``latency_ms``."""
    graph, _ = _wired(files)
    took = []
    for at in range(0, len(sound) - HOP + 1, HOP):
        block = np.ascontiguousarray(sound[at : at + HOP, None])
        began = time.perf_counter()
        graph.render(HOP, block)
        took.append(time.perf_counter() - began)
    spent = 1000 * np.array(took[10:])
    median, late, latest = (float(x) for x in np.percentile(spent, (50, 99, 99.9)))
    found = _latency(files)
    return {
        "core": median / (1000 * HOP / RATE),
        "median_ms": median,
        "p99_ms": late,
        "jitter_ms": latest - median,
        "latency": found,
        "latency_ms": 1000 * found / RATE,
    }


def _latency(files: TimbreFiles) -> int:
    """Where a click that goes in dry comes out; the wet sound is in its place."""
    graph, node = _wired(files)
    graph.post(lc.set_to(node, lc.TimbreParameter.BLEND, 0.0))
    graph.render(RATE // 50)
    click = np.zeros((RATE // 10, 1), np.float32)
    click[0] = 0.5
    return int(np.argmax(np.abs(graph.render(len(click), click)[:, 0])))


def _wired(files: TimbreFiles) -> tuple[Graph, int]:
    graph = Graph(RATE, 1, 2)
    heard, node, out = graph.add_input(0, steady=True), graph.add_timbre(files), graph.add_output(0, 1)
    graph.post(lc.plan(graph.plan([(heard, []), (node, [heard]), (out, [node])])))
    return graph, node
