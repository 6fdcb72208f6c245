"""How long a companion takes from a note in to its answers out, whether notes hang, and what it keeps to.

    python benchmarks/live_companion.py [PRESET] [--events 10000] [--bundle BUNDLE] [--json FILE]

A performer's notes are played to a preset on the virtual clock over a song of 16 bars, time told every 5 ms.
An answer's time is that of `Ensemble.hear` for a note that begins: the model hears it, followers' notes are
drawn. Wall time is what a player feels beyond the devices, CPU time the part that the companion needs
itself. `advance` is what is done between notes, for voices that play by themselves. The shares count notes
(but drums) at the sample where they begin.
"""

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np

from stemwright.live.commands import Command, Op
from stemwright.live.companion.ensemble import Ensemble
from stemwright.live.companion.harmony import SongHarmony
from stemwright.live.companion.locking import Steady
from stemwright.live.companion.presets import load
from stemwright.song.progression import parse_progression
from stemwright.song.state import GlobalState

RATE, STEP = 48_000, 240
GOAL_MS = 8.0
CHORDS = "Dm7 | G7 | Cmaj7 | Am7 | Dm7 | G7 | Em7 A7 | Dm7"


def performer(events: int, ports: int, seed: int) -> list[tuple[int, int, bytes]]:
    """Notes of some players: most in the key, begun about the eighths at 112 BPM, each ended."""
    rng, eighth = random.Random(seed), 60 * RATE / 112 / 2
    made: list[tuple[int, int, bytes]] = []
    scale = [p for p in range(48, 84) if p % 12 in (0, 2, 4, 5, 7, 9, 11)]
    for n in range(events // 2):
        port, pitch = n % ports, rng.choice(scale) if rng.random() < 0.9 else rng.randrange(48, 84)
        at = max(0, round(n / ports * eighth + rng.gauss(0, 0.012 * RATE)))
        made.append((at, port, bytes((0x90, pitch, rng.randrange(40, 120)))))
        made.append((at + round(rng.uniform(0.3, 1.8) * eighth), port, bytes((0x80, pitch, 0))))
    return sorted(made)


class Notes:
    """The notes that begin, of commands in order of posting."""

    def __init__(self) -> None:
        self.begins: dict[int, Command] = {}
        self.cancelled: set[int] = set()

    def post(self, commands: list[Command]) -> None:
        """Take them in."""
        for command in commands:
            if command.op is Op.CANCEL:
                self.cancelled.add(command.index)
            elif command.op is Op.NOTE and command.index >> 8 & 127:
                self.begins[command.ticket] = command

    def sounded(self) -> list[Command]:
        """The beginnings that were not withdrawn."""
        return [command for ticket, command in self.begins.items() if ticket not in self.cancelled]


def measure(options: argparse.Namespace) -> dict[str, object]:
    """Play, and measure."""
    state = GlobalState.create("112", "C major", form="verse:8 chorus:8")
    state = state.with_(chords=parse_progression(CHORDS, state))
    harmony, clock = SongHarmony(state), Steady(112)
    band = Ensemble(load(options.preset), clock, harmony, [1], RATE, bundle=options.bundle)
    ports = {v.settings.port for p in band.partners.values() for v in p.voices if v.settings.port >= 0}
    inputs = performer(options.events, len(ports), options.seed)
    notes, wall, cpu, tick, answers = Notes(), [], [], [], 0
    notes.post(band.start(0))
    now = 0
    for sample, port, data in inputs:
        while now + STEP < sample:
            now += STEP
            began = time.perf_counter()
            notes.post(band.advance(now))
            tick.append(time.perf_counter() - began)
        began, worked = time.perf_counter(), time.thread_time()
        commands = band.hear(sample, port, data)
        if data[0] & 0xF0 == 0x90:
            wall.append(time.perf_counter() - began)
            cpu.append(time.thread_time() - worked)
        answers += sum(c.op is Op.NOTE and c.index >> 8 & 127 > 0 for c in commands)
        notes.post(commands)
        began = time.perf_counter()
        notes.post(band.advance(sample))
        tick.append(time.perf_counter() - began)
    last = inputs[-1][0]
    notes.post(band.end(last))
    hanging = sum(len(p._stage.world.sounding.alive(last)) for p in band.partners.values())
    made: dict[str, object] = {
        "preset": options.preset, "events_in": len(inputs), "minutes_played": round(last / RATE / 60, 1),
        "notes_out": len(notes.sounded()), "answers": answers, "hanging_at_the_end": hanging,
        "ignored": dict(band.ignored),
    }  # fmt: skip
    for label, times in (("wall", wall), ("cpu", cpu), ("advance_wall", tick)):
        for q in (50, 99, 99.9):
            made[f"{label}_p{q:g}_ms"] = round(1000 * float(np.percentile(times, q)), 3)
    fits = {"chord": 0, "scale": 0, "all": 0}
    for command in notes.sounded():
        channel, pitch = command.index >> 16, command.index & 127
        if channel == 9:
            continue
        place = clock.quarters(command.at)
        assert place is not None
        tones = harmony.at(place)
        fits["all"] += 1
        fits["chord"] += pitch % 12 in tones.chord
        fits["scale"] += pitch % 12 in tones.scale
    made["share_in_chord"] = round(fits["chord"] / max(1, fits["all"]), 4)
    made["share_in_chord_or_scale"] = round(fits["scale"] / max(1, fits["all"]), 4)
    return made


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("preset", nargs="?", default="quartet")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bundle", default="companion")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    made = measure(options)
    for key, value in made.items():
        print(f"{key:>26} {value}")
    print(f"goal: wall_p99_ms at most {GOAL_MS:g}")
    if options.json:
        options.json.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
