"""How fast the companion answers, and what memory it takes: feed and query, one after the other, on one
thread.

    python benchmarks/companion.py [BUNDLE] [--events 10000] [--busy] [--json FILE]

Everything is played by the companion itself: each event that it proposes is fed. `--busy` keeps another
core busy meanwhile. Wall time is what a player feels; CPU time is the part of it that the companion itself
needs, and tells them apart on a machine that has other work. Memory is what the process gains over its size
with numpy imported, at its peak; the rows say what it has gained by the middle and by the end.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

GOAL_MS, GOAL_MB = 5.0, 100.0
WARM = 200


def status(field: str) -> int:
    """A number of /proc/self/status: kilobytes, or threads."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    raise SystemExit(f"/proc/self/status has no {field}")


def measure(name: str, events: int) -> dict[str, object]:
    """Play `events` events; milliseconds of each feed + query, and memory."""
    np.einsum("ij,j->i", np.ones((8, 8), np.float32), np.ones(8, np.float32))
    before, threads = status("VmRSS"), status("Threads")
    from stemwright.symbolic.companion import Companion, Query

    player, query = Companion.load(name), Query(max_time=2.0)
    event = player.query(query)
    wall, cpu, resident = np.empty(events), np.empty(events), []
    for number in range(-WARM, events):
        began, worked = time.perf_counter(), time.thread_time()
        event = player.feed_query(event, query)
        if number >= 0:
            wall[number] = time.perf_counter() - began
            cpu[number] = time.thread_time() - worked
        if number in (0, events // 2, events - 1):
            resident.append((status("VmRSS") - before) / 1024)
    made = {"events": events, "seconds_played": round(player.seconds), "held": len(player.held)}
    for label, times in (("wall", wall), ("cpu", cpu)):
        for q in (50, 90, 99, 99.9):
            made[f"{label}_p{q:g}_ms"] = round(1000 * float(np.percentile(times, q)), 3)
    made |= {
        f"memory_{at}_mb": round(x, 1) for at, x in zip(("start", "middle", "end"), resident, strict=True)
    }
    made["memory_peak_mb"] = round((status("VmHWM") - before) / 1024, 1)
    made["threads_started"] = status("Threads") - threads
    made["hidden_largest"] = round(float(np.abs(player._now.hidden).max()), 4)
    return made


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", nargs="?", default="companion")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    other = None
    if options.busy:
        other = subprocess.Popen([sys.executable, "-m", "stemwright.bench.neighbour"], stdin=subprocess.PIPE)
        time.sleep(1.0)
    try:
        made = measure(options.bundle, options.events)
    finally:
        if other is not None and other.stdin is not None:
            other.stdin.close()
            other.wait()
    for key, value in made.items():
        print(f"{key:>20} {value}")
    print(f"goals: wall_p99_ms under {GOAL_MS:g}, memory_peak_mb under {GOAL_MB:g}")
    if options.json:
        options.json.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
