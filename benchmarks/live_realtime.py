"""How long the graph's callbacks work, and whether any come too late, while Python is busy in the process.

It starts a JACK server of its own (jackd -R -P 60 -d dummy -r 48000 -p 128). Two native clients run side by
side in this process: the graph, with stereo players that loop, strips, main and its recorder, and the
control, whose callback plays nothing. What the control loses too is the machine's doing, not the graph's.

With --timbre the first stem goes through one: its work is done in every callback of 128 frames.

Loads: "none"; "numpy", a thread of small NumPy work; "python", two threads of pure Python. Meanwhile the
main thread does what a session does: 50 commands a second, meters, the recorder's ring, a launch a second.
"""

import argparse
import json
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
from live_server import LOADS, RATE, jack, under

from stemwright.cli.output import lines, table
from stemwright.live.devices import Wish, open_audio
from stemwright.models.bundle import load_bundle
from stemwright.models.registry import find
from stemwright.models.timbre_files import read_timbre
from stemwright.native.devices import Through, Work
from stemwright.native.live import Graph
from stemwright.native.live_commands import Flag, Parameter, What, launch, plan, record, set_to

WARM = 1.0


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load")
    parser.add_argument("--stems", type=int, default=16)
    parser.add_argument("--period", type=int, default=128)
    parser.add_argument("--loads", default="none,numpy,python")
    parser.add_argument("--timbre", metavar="BUNDLE", help="a timbre that the first stem goes through")
    parser.add_argument("--json", type=Path)


class Playing:
    """A graph of looping stems, recorded; and what a session does with it."""

    def __init__(self, stems: int, timbre: str | None = None) -> None:
        rng = np.random.default_rng(0)
        self.graph = graph = Graph(RATE)
        self.players, self.strips = [], []
        self.clips = [
            graph.clip(rng.uniform(-0.1, 0.1, (RATE * 2 + 100 * i, 2)).astype(np.float32))
            for i in range(stems)
        ]
        wires: list[tuple[int, list[int]]] = []
        turned = None if timbre is None else graph.add_timbre(read_timbre(load_bundle(find(timbre))))
        for _ in self.clips:
            self.players.append(graph.add_player())
            self.strips.append(graph.add_strip())
            source = self.players[-1]
            wires.append((source, []))
            if turned is not None and len(self.players) == 1:
                wires.append((turned, [source]))
                source = turned
            wires.append((self.strips[-1], [source]))
        self.tap, main = graph.add_tap(5.0), graph.add_main()
        wires += [(self.tap, list(self.strips)), (main, [self.tap])]
        graph.post([plan(graph.plan(wires)), record(self.tap, True)])
        graph.post(
            [set_to(strip, Parameter.LOW_PASS, 8000.0 + 100 * i) for i, strip in enumerate(self.strips)]
        )
        for number in range(stems):
            self._launch(number)
        self.recorded, self.overruns, self.turns = 0, 0, 0
        self.turned, self.longest = time.monotonic(), 0.0

    def _launch(self, number: int) -> None:
        period = Fraction(RATE * 60 * 4, 120 + number)
        self.graph.post(
            launch(self.players[number], self.clips[number], flags=Flag.LOOP, period=min(period, 96000))
        )

    def tend(self) -> None:
        """What falls to Python every 20 ms."""
        self.turns += 1
        now = time.monotonic()
        self.longest, self.turned = max(self.longest, now - self.turned), now
        number = self.turns % len(self.players)
        self.graph.post(set_to(self.strips[number], Parameter.GAIN, 0.5 + 0.01 * (self.turns % 50)))
        if self.turns % 50 == 0:
            self._launch(number)
        self.graph.meters()
        self.recorded += len(self.graph.read(self.tap, 1 << 20))
        reports = self.graph.reports()
        self.overruns += int((reports["what"] == What.OVERRUN).sum())


def figures(work: Work, expected: float) -> dict[str, float]:
    """Milliseconds of work, and what came too late."""
    return {
        **{f"p{percent:g}": round(work.percentile(percent), 4) for percent in (50, 99, 99.9)},
        "longest": round(work.longest, 3),
        "callbacks": work.callbacks,
        "expected": round(expected),
        "over": work.over,
        "xruns": work.xruns,
        "lost_frames": work.lost,
    }


def measure(chosen: argparse.Namespace) -> None:
    loads = chosen.loads.split(",")
    if not set(loads) <= set(LOADS):
        raise SystemExit(f"--loads: {chosen.loads} is not of {', '.join(LOADS)}")
    playing = Playing(chosen.stems, chosen.timbre)
    found: dict[str, dict[str, dict[str, float]]] = {}
    with jack(chosen.period) as server:
        devices = {
            name: open_audio(graph, Wish(f"jack:{server}", client=name))
            for name, graph in (("control", Through(RATE, 0, 2)), ("graph", playing.graph))
        }
        try:
            playing.turned = time.monotonic()
            under("none", WARM, playing.tend)
            for load in loads:
                before = {name: device.work() for name, device in devices.items()}
                begun = time.monotonic()
                under(load, chosen.seconds, playing.tend)
                expected = (time.monotonic() - begun) * RATE / chosen.period
                found[load] = {
                    name: figures(device.work().since(before[name]), expected)
                    for name, device in devices.items()
                }
        finally:
            for device in devices.values():
                device.stop()
    lines([f"{chosen.stems} stems, {chosen.period} frames, {chosen.seconds:g} s of each load; ms a block"])
    head = ["load", "client", *next(iter(next(iter(found.values())).values()))]
    table(
        head,
        [[load, name, *map(str, row.values())] for load, rows in found.items() for name, row in rows.items()],
    )
    lines(
        [
            f"recorder: {playing.recorded} frames read, {playing.overruns} overruns; turns of the main "
            f"thread, meant every 20 ms, were up to {1000 * playing.longest:.0f} ms apart"
        ]
    )
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
