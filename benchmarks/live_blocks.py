"""A set rendered with blocks of several sizes: whether the bytes are equal, and how fast each is."""

import argparse
import hashlib
import json
import tempfile
import time
from pathlib import Path

from stemwright.cli.output import table
from stemwright.live.session.offline import render
from stemwright.live.session.script import read_script
from stemwright.live.session.sets import Wanted, live_set


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("song", type=Path)
    parser.add_argument("--script", type=Path, required=True)
    parser.add_argument("--blocks", default="1,64,127,128,1024")
    parser.add_argument("--json", type=Path)


def measure(chosen: argparse.Namespace) -> None:
    found = {}
    text = chosen.script.read_text(encoding="utf-8")
    for block in map(int, chosen.blocks.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "set"
            with live_set(chosen.song, place, Wanted(is_offline=True), lambda line: None) as live:
                script = read_script(text, str(chosen.script), live.opened.columns)
                begun = time.perf_counter()
                made = render(live, script, place / "main.wav", block, lambda done, of: None)
                seconds = live.desk.graph.sample / live.rate
                speed = seconds / (time.perf_counter() - begun)
            digest = hashlib.sha256(made.read_bytes()).hexdigest()[:16]
        found[block] = {"sha256": digest, "seconds": round(seconds, 2), "times real time": round(speed, 1)}
    table(
        ["block", "sha256 of main.wav", "seconds", "times real time"],
        [[str(block), *map(str, row.values())] for block, row in found.items()],
    )
    if len({row["sha256"] for row in found.values()}) > 1:
        raise SystemExit("the bytes differ")
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
