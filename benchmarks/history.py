"""How long `undo`, `diff`, `log` and others of a song's history take, whole commands in fresh processes.

    python benchmarks/history.py [--runs 1000] [--song DIR] [--json FILE]

Makes a song of four layers with notes and so many runs (layers set, notes changed, undone, branches, merges),
or takes the one in DIR, and runs each command several times, bytecode compiled. "wall": seconds of the
quickest; "processor": user and system time of the one that took least, which a busy machine changes less.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from stemwright.cli.output import lines, table
from stemwright.editing.merging import merge
from stemwright.editing.moves import branch, branches, redo, undo
from stemwright.producer.clock import Clock
from stemwright.producer.layer import Change, set_layer
from stemwright.producer.record import Act, commit
from stemwright.producer.workspace import writing
from stemwright.song.document import LayerEntry, Song
from stemwright.song.progression import parse_progression
from stemwright.song.score import PPQ, Note, Score
from stemwright.song.state import GlobalState
from stemwright.store import SongFolder

LAYERS = ("drums", "bass", "harmony", "lead")
BARS = 64
COMMANDS = (
    ("undo",), ("redo",), ("diff",), ("diff", "1"), ("diff", "main"), ("log",), ("log", "--json"),
    ("log", "--graph"), ("branch",), ("layer", "set", "bass", "--gain"), ("gc",), ("verify",),
)  # fmt: skip
TIMES = 5


def main() -> None:
    """Make the song and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--song", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with TemporaryDirectory() as place:
        path = args.song or Path(place) / "song"
        if not path.exists():
            make(path, args.runs)
        rows = [measured(path, command) for command in COMMANDS]
        runs = len(SongFolder.open(path).runs.numbers())
    lines([f"{runs} runs"])
    table(("command", "wall s", "processor s"), rows)
    if args.json:
        args.json.write_text(json.dumps({"runs": runs, "rows": rows}), encoding="utf-8")


def measured(path: Path, command: tuple[str, ...]) -> tuple[str, float, float]:
    """A command's name, its least wall time and its least processor time."""
    words = [command[0], str(path), *command[1:]]
    if command[0] == "layer":
        words = ["layer", "set", str(path), *command[2:]]
    cache = os.environ.get("PYTHONPYCACHEPREFIX", "")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env |= {"PYTHONPYCACHEPREFIX": cache} if cache else {}
    walls, processor = [], []
    for attempt in range(TIMES):
        last = [f"{attempt - 2}.{attempt}"] if command[-1] == "--gain" else []
        began, used = time.perf_counter(), _used()
        subprocess.run(
            [sys.executable, "-m", "stemwright", *words, *last],
            check=True,
            stdout=subprocess.DEVNULL,
            env=env,
        )
        walls.append(time.perf_counter() - began)
        processor.append(_used() - used)
    return " ".join(command), round(min(walls), 3), round(min(processor), 3)


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def make(path: Path, runs: int) -> None:
    """A song with so many runs."""
    draw = random.Random(1)
    state = GlobalState.create(form=f"verse:{BARS}")
    state = state.with_(chords=parse_progression("C | Am | F | G", state))
    folder = SongFolder.create(path, Song("Song", state, layers=dict.fromkeys(LAYERS, LayerEntry())))
    for layer in LAYERS:
        give(path, layer, notes(draw))
    while len(folder.runs.numbers()) < runs:
        act = draw.random()
        if act < 0.5:
            set_layer(path, draw.choice(LAYERS), Change(gain=draw.randint(-300, 200) / 10))
        elif act < 0.8:
            give(path, draw.choice(LAYERS), notes(draw))
        elif act < 0.9:
            undo(path)
            if draw.random() < 0.5:
                redo(path)
        elif act < 0.97:
            branch(path, draw.choice(("main", "a", "b")))
        else:
            here = branches(path)
            others = [name for name in here["branches"] if name != here["branch"]]
            if others:
                merge(path, draw.choice(others), ours=["all"])
    set_layer(path, "lead", Change(mute=True))


def notes(draw: random.Random) -> Score:
    """Eight notes a bar."""
    return Score.from_notes(
        Note(step * PPQ // 2, PPQ // 2, draw.randint(48, 72), draw.randint(60, 100))
        for step in range(BARS * 8)
    )


def give(path: Path, layer: str, score: Score) -> None:
    """Give a layer another score, as a run."""
    with writing(path) as folder:
        song = folder.load()
        sha = folder.objects.put("score", score.canonical_bytes())
        entry = song.layers[layer].with_score(sha)
        commit(folder, song.with_layer(layer, entry), Act("import", [layer]), Clock())


if __name__ == "__main__":
    main()
