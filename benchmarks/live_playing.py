"""A whole set on jackd's dummy driver: how long its callbacks work, beside a native control in this process.

Columns play the song's stems over and over, 16 of them by default; four companions (`quartet`) hear notes at
random, and are heard with voices of their own; the worker makes one stem after the other; all buses are
recorded; two threads of pure Python are busy where the load says so. With --timbre an input goes through one,
which works in every callback, whatever comes in.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from live_realtime import figures
from live_server import LOADS, RATE, jack, under

from stemwright.cli.output import lines, table
from stemwright.live.companion.presets import load
from stemwright.live.control.actions import Action, make
from stemwright.live.desk.setup import Setup
from stemwright.live.devices import Wish, open_audio
from stemwright.live.session.acting import act
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.opening import open_song
from stemwright.live.session.sets import Wanted, outputs_of, voices_of
from stemwright.live.session.stage import TURN, quick_turns
from stemwright.live.timbre.loading import chosen
from stemwright.live.worker.worker import Worker
from stemwright.native.devices import Through

PRESET = "quartet"


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("song", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load")
    parser.add_argument("--stems", type=int, default=16)
    parser.add_argument("--period", type=int, default=128)
    parser.add_argument("--loads", default="none,python")
    parser.add_argument("--timbre", metavar="BUNDLE", help="a timbre that an input goes through")
    parser.add_argument("--json", type=Path)


@contextmanager
def prepared(song: Path, stems: int, timbre: str | None = None) -> Iterator[LiveSet]:
    """The set of a song, with as many columns, and an input through a timbre where there is one."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "set"
        place.mkdir()
        opened = open_song(song, place)
        own = list(opened.stems.items())
        named = [
            (own[n % len(own)][0] + (f"-{1 + n // len(own)}" if n >= len(own) else ""), own[n % len(own)][1])
            for n in range(stems)
        ]
        opened = replace(opened, stems=dict(named))
        preset = load(PRESET)
        voices = voices_of(preset, Wanted(PRESET), lambda line: None)
        turned = chosen([timbre], 1, 0) if timbre else ()
        setup = Setup(RATE, opened.columns, outputs_of(preset), inputs=len(turned), timbres=turned)
        live = LiveSet(opened, place, setup, Parts(preset, voices, worker=Worker(opened.place)))
        try:
            live.start()
            yield live
        finally:
            live.end()


class Playing:
    """What a session does, a turn each one and a half milliseconds."""

    def __init__(self, live: LiveSet, period: int) -> None:
        self.live, self.period = live, period
        self.random = random.Random(1)
        self.made, self.longest, self.turned = 0, 0.0, time.monotonic()
        for line in ("transport.play", "scene.launch 0", "record.run on"):
            act(live, _action(line))

    def tend(self) -> None:
        live, now = self.live, time.monotonic()
        self.longest, self.turned = max(self.longest, now - self.turned), now
        live.now = max(live.now, live.desk.graph.sample + self.period)
        if self.random.random() < 0.04:  # about a dozen notes a second
            port, pitch = self.random.randrange(4), self.random.randrange(48, 80)
            live.hear(live.now, port, bytes((0x90, pitch, 90)))
            live.hear(live.now, port, bytes((0x80, pitch, 0)))
        if not live.stems.pending:
            self.made += 1
            act(live, make("slot.make", (0, 0, "varied", self.made), live.now))
        live.tick(live.now)
        live.desk.graph.midi()  # for ports that nothing listens to here


def _action(line: str) -> Action:
    name, *words = line.split()
    return make(name, [int(word) if word.isdecimal() else word for word in words])


def measure(asked: argparse.Namespace) -> None:
    loads = asked.loads.split(",")
    if not set(loads) <= set(LOADS):
        raise SystemExit(f"--loads: {asked.loads} is not of {', '.join(LOADS)}")
    found = {}
    with (
        jack(asked.period) as server,
        prepared(asked.song, asked.stems, asked.timbre) as live,
        quick_turns(),
    ):
        control = open_audio(Through(RATE, 0, 2), Wish(f"jack:{server}", client="control"))
        graph = open_audio(live.desk.graph, Wish(f"jack:{server}", client="graph"))
        playing = Playing(live, asked.period)
        try:
            under("none", 1.0, playing.tend, TURN)
            for load in loads:
                before = {"control": control.work(), "graph": graph.work()}
                begun = time.monotonic()
                under(load, asked.seconds, playing.tend, TURN)
                expected = (time.monotonic() - begun) * RATE / asked.period
                found[load] = {
                    name: figures(device.work().since(before[name]), expected)
                    for name, device in (("control", control), ("graph", graph))
                }
        finally:
            graph.stop()
            control.stop()
        said = [message.text for message in live.messages if message.severity != "note"]
    lines([f"{asked.stems} stems, {asked.period} frames, {asked.seconds:g} s of each load; ms a block"])
    head = ["load", "client", *next(iter(next(iter(found.values())).values()))]
    table(
        head,
        [[load, name, *map(str, row.values())] for load, rows in found.items() for name, row in rows.items()],
    )
    lines(
        [
            f"{playing.made} stems were asked for; turns of the control side were up to "
            f"{1000 * playing.longest:.0f} ms apart",
            *said[:10],
        ]
    )
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
