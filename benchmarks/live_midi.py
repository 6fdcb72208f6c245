"""How long a note takes there and back, while Python is idle or busy: the control of whatever answers notes.

A JACK server of its own, and a native client that gives back what it is sent (the mirror). "native": a graph
posts notes for a sample and the audio side stamps what comes back; Python only reads. "ports": RtMidi, from
the call of `send` to the stamp that a message gets ("stamped") and to the poll that finds it ("heard").
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from live_server import LOADS, RATE, jack, under

from stemwright.cli.output import lines, table
from stemwright.live.devices import MidiPorts, Wish, open_audio, stop_all
from stemwright.native.devices import JackDevice, Through
from stemwright.native.live import Graph
from stemwright.native.live_commands import note

PAUSE = 0.02
"""Seconds between two notes."""
AHEAD = RATE // 20


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=500, help="notes of each load and way")
    parser.add_argument("--period", type=int, default=128)
    parser.add_argument("--loads", default="none,python")
    parser.add_argument("--json", type=Path)


class Native:
    """Notes of a graph."""

    def __init__(self, server: str) -> None:
        self.graph = Graph(RATE)
        self.port = self.graph.add_midi(0)
        wish = Wish(f"jack:{server}", client="asking", midi_inputs={0: "back"}, midi_outputs={0: "forth"})
        device = open_audio(self.graph, wish)
        assert isinstance(device, JackDevice)
        device.connect("forth", "mirror:to_native")
        device.connect("mirror:from_native", "back")
        self.sent: list[int] = []
        self.found: dict[str, list[float]] = {"native": []}

    def ask(self) -> None:
        at = self.graph.sample + AHEAD
        self.sent.append(at)
        self.graph.post([note(self.port, len(self.sent) % 128, 100, at=at, length=100)])

    def hear(self) -> None:
        for event in self.graph.midi_in():
            if event["bytes"][0] == 0x90 and event["bytes"][2]:
                sample = self.sent[len(self.found["native"])]
                self.found["native"].append((int(event["sample"]) - sample) / RATE * 1000)


class Ports:
    """Notes by RtMidi."""

    def __init__(self) -> None:
        self.port = MidiPorts(lambda moment: moment, client="ports", system="jack", loops=True).open(
            "from_ports", "to_ports"
        )
        self.sent: list[int] = []
        self.found: dict[str, list[float]] = {"ports, stamped": [], "ports, heard": []}

    def ask(self) -> None:
        self.sent.append(time.monotonic_ns())
        self.port.send(bytes([0x90, len(self.sent) % 128, 100]))

    def hear(self) -> None:
        for moment, _ in self.port.poll():
            sent = self.sent[len(self.found["ports, heard"])]
            self.found["ports, stamped"].append((moment - sent) / 1e6)
            self.found["ports, heard"].append((time.monotonic_ns() - sent) / 1e6)


def in_turn(way: Native | Ports, events: int) -> Callable[[], None]:
    """Asks every `PAUSE` seconds and hears every millisecond or so."""
    due = [time.monotonic()]

    def tend() -> None:
        if len(way.sent) < events and time.monotonic() >= due[0]:
            due[0] += PAUSE
            way.ask()
        way.hear()

    return tend


def row(times: list[float], sent: int) -> dict[str, float]:
    found = {f"p{q:g}": round(float(np.percentile(times, q)), 3) for q in (50, 99, 99.9)} if times else {}
    return {**found, "longest": round(max(times, default=0.0), 3), "sent": sent, "lost": sent - len(times)}


def measure(chosen: argparse.Namespace) -> None:
    loads = chosen.loads.split(",")
    if not set(loads) <= set(LOADS):
        raise SystemExit(f"--loads: {chosen.loads} is not of {', '.join(LOADS)}")
    found: dict[str, dict[str, dict[str, float]]] = {}
    with jack(chosen.period) as server:
        os.environ["JACK_DEFAULT_SERVER"] = server
        mirror = Wish(
            f"jack:{server}",
            client="mirror",
            midi_inputs={0: "to_native", 1: "to_ports"},
            midi_outputs={0: "from_native", 1: "from_ports"},
        )
        open_audio(Through(RATE, 0, 2), mirror)
        try:
            for load in loads:
                found[load] = {}
                for make in (lambda: Native(server), Ports):
                    way = make()
                    under(load, chosen.events * PAUSE + 0.5, in_turn(way, chosen.events), every=0.001)
                    under("none", 0.5, way.hear)
                    found[load] |= {name: row(times, len(way.sent)) for name, times in way.found.items()}
        finally:
            stop_all()
    lines([f"{chosen.events} notes each, {chosen.period} frames, milliseconds there and back"])
    head = ["load", "way", *next(iter(next(iter(found.values())).values()))]
    table(
        head,
        [[load, name, *map(str, row.values())] for load, rows in found.items() for name, row in rows.items()],
    )
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
