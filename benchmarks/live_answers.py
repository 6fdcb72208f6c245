"""From a note in to its harmony out through JACK, beyond a loop-back: a set with the companion `harmony`,
heard by a native client that plays notes and stamps what comes back.

"loop-back": the same client through a native client that gives back what it is sent (the mirror of `midi`).
"answers": through the set: its MIDI in, the control side's turn, the companion, its MIDI out.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from live_server import LOADS, RATE, jack, under

from stemwright.cli.output import lines, table
from stemwright.live.companion.presets import load
from stemwright.live.desk.setup import Setup
from stemwright.live.devices import Wish, open_audio
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.opening import open_song
from stemwright.live.session.stage import TURN, quick_turns
from stemwright.native.devices import JackDevice, Through
from stemwright.native.live import Graph
from stemwright.native.live_commands import note

AHEAD = RATE // 20


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("song", type=Path)
    parser.add_argument("--notes", type=int, default=200, help="of each load")
    parser.add_argument("--period", type=int, default=128)
    parser.add_argument("--loads", default="none")
    parser.add_argument("--json", type=Path)


class Player:
    """A native client with one MIDI output and two inputs: 0 from the mirror, 1 from the set."""

    def __init__(self, server: str) -> None:
        self.graph = Graph(RATE)
        self.port = self.graph.add_midi(0)
        wish = Wish(
            f"jack:{server}",
            client="player",
            midi_inputs={0: "mirrored", 1: "answered"},
            midi_outputs={0: "keys"},
        )
        device = open_audio(self.graph, wish)
        assert isinstance(device, JackDevice)
        self.device = device
        self.sent: list[int] = []
        self.found: dict[int, dict[int, int]] = {0: {}, 1: {}}
        self._due = 0.0

    def ask(self) -> None:
        """A note every 60 ms: it lasts 20 ms."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + 0.06
        at = self.graph.sample + AHEAD
        pitch = 60 + len(self.sent) % 12
        self.graph.post([note(self.port, pitch, 90, at=at, length=RATE // 50)])
        self.sent.append(at)

    def hear(self) -> None:
        """The first note on that comes after each that was sent."""
        for event in self.graph.midi_in():
            if event["bytes"][0] & 0xF0 != 0x90 or not event["bytes"][2]:
                continue
            at = int(event["sample"])
            last = max((number for number, sent in enumerate(self.sent) if sent <= at), default=None)
            if last is not None:
                self.found[int(event["port"])].setdefault(last, at)

    def milliseconds(self, port: int, since: int) -> list[float]:
        """From each note on since a number to what came back."""
        return [
            1000 * (at - self.sent[number]) / RATE
            for number, at in self.found[port].items()
            if number >= since
        ]


def measure(chosen: argparse.Namespace) -> None:
    found = {}
    loads = chosen.loads.split(",")
    if not set(loads) <= set(LOADS):
        raise SystemExit(f"--loads: {chosen.loads} is not of {', '.join(LOADS)}")
    with jack(chosen.period) as server, tempfile.TemporaryDirectory() as folder, quick_turns():
        place = Path(folder) / "set"
        place.mkdir()
        opened = open_song(chosen.song, place)
        live = LiveSet(opened, place, Setup(RATE, opened.columns, 1), Parts(load("harmony")))
        live.start()
        mirror = open_audio(
            Through(RATE, 0, 2),
            Wish(
                f"jack:{server}",
                client="mirror",
                midi_inputs={0: "in"},
                midi_outputs={0: "out"},
            ),
        )
        wish = Wish(f"jack:{server}", client="set", midi_inputs={0: "in"}, midi_outputs={0: "out"})
        stage, player = open_audio(live.desk.graph, wish), Player(server)
        assert isinstance(stage, JackDevice)
        for own, other in (("keys", "mirror:in"), ("keys", "set:in")):
            player.device.connect(own, other)
        player.device.connect("mirror:out", "mirrored")
        player.device.connect("set:out", "answered")

        def tend() -> None:
            live.now = max(live.now, live.desk.graph.sample + chosen.period)
            for record in live.desk.graph.midi_in():
                data = bytes(record["bytes"][: int(record["length"])])
                live.hear(int(record["sample"]), int(record["port"]), data)
            live.tick(live.now)
            player.ask()
            player.hear()

        try:
            for name in loads:
                since = len(player.sent)
                under(name, chosen.notes * 0.06 + 0.2, tend, TURN)
                found[name] = {
                    way: percentiles(player.milliseconds(port, since), len(player.sent) - since)
                    for way, port in (("loop-back", 0), ("answers", 1))
                }
        finally:
            for device in (stage, mirror, player.device):
                device.stop()
            live.end()
    head = ["load", "way", *next(iter(next(iter(found.values())).values()))]
    table(
        head,
        [[load, way, *map(str, row.values())] for load, rows in found.items() for way, row in rows.items()],
    )
    for name, rows in found.items():
        beyond = rows["answers"]["p99"] - rows["loop-back"]["p99"]
        lines([f"{name}: p99 {beyond:.2f} ms beyond the loop-back (to reach: 8)"])
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def percentiles(values: list[float], of: int) -> dict[str, float]:
    """Milliseconds, and how many of the notes had an answer."""
    found = np.array(values or [float("nan")])
    return {
        **{f"p{each:g}": round(float(np.percentile(found, each)), 2) for each in (50, 99)},
        "longest": round(float(found.max()), 2),
        "heard": len(values),
        "notes": of,
    }
