"""A script played on a virtual clock: the same graph as on stage, with equal bytes for every block size."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from stemwright.errors import StemwrightError
from stemwright.live.control.actions import Action
from stemwright.live.desk.desk import Sound
from stemwright.live.desk.replay import block_of
from stemwright.live.midi.parse import Parser
from stemwright.live.record.broadcast_wave import BroadcastWave
from stemwright.live.session.acting import act
from stemwright.live.session.live_set import LiveSet
from stemwright.live.session.script import END, MAX_SECONDS, WAIT, Due

PERIOD = 0.005
"""Seconds from one tick to the next: the grain of what is done at once, whatever the block."""
BEGAN = datetime(2000, 1, 1)
"""When a rendered set is said to have begun, so that its files are the same each time."""
Watch = Callable[[int, int], None]


def render(
    live: LiveSet,
    script: Sequence[Due],
    out: Path,
    block: int,
    watch: Watch,
    heard: Sound | None = None,
) -> Path:
    """Play a script into ``out``, a WAV file of what goes to the device; gives it. The set has begun, and is
    ended by whoever made it. ``watch`` hears samples done, of an estimate of all; ``heard``: what the inputs
    hear, float32 [frames, inputs]."""
    if heard is not None:
        live.log.heard(heard)
    state, rate = live.opened.song.state, live.rate
    period = round(PERIOD * rate)
    waiting = list(script)
    parsers: dict[int, Parser] = {}
    outputs = live.desk.graph.outputs
    end = next(due for due in script if due.what == END)
    with BroadcastWave(out, rate, outputs, BEGAN, live.opened.song.title) as wave:
        while True:
            now = live.desk.graph.sample
            live.now = now
            done = _play(live, waiting, now, now + period, parsers)
            live.tick(now)
            while live.stems.waits(now):  # nobody hears time pass: so the worker's speed decides nothing
                time.sleep(0.02)
                live.tick(now)
            if done:
                return out
            watch(now, max(now, end.at(live.transport, state)))
            if now > MAX_SECONDS * rate:
                raise StemwrightError(f"{out}: is {MAX_SECONDS} s long and has not ended: does it play?")
            for start in range(0, period, block):
                frames = min(block, period - start)
                wave.write(live.desk.graph.render(frames, block_of(heard, now + start, frames)))


def _play(live: LiveSet, waiting: list[Due], now: int, until: int, parsers: dict[int, Parser]) -> bool:
    """Do the lines that are due before a sample, in their order; whether the end is among them."""
    state = live.opened.song.state
    while waiting:
        at, _, due = min((each.at(live.transport, state), each.number, each) for each in waiting)
        if at >= until:
            return False
        waiting.remove(due)
        if due.what == END:
            return True
        if due.what == WAIT:
            _wait(live)
        elif isinstance(due.what, Action):
            act(live, replace(due.what, sample=max(at, now)))
        elif isinstance(due.what, tuple):
            port, data = due.what
            for message in parsers.setdefault(port, Parser()).feed(max(at, now), data):
                live.hear(message.at, port, message.encoded())
    return True


def _wait(live: LiveSet) -> None:
    """Until every stem that was asked for is made, or could not be."""
    while live.stems.pending:
        live.tick(live.now)
        time.sleep(0.02)
