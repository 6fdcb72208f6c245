"""Songs of any key, tempo, meter, style and timbre: does any stem rest, clip, hum, drift or end in noise?

    python benchmarks/random_songs.py --songs 100 --seconds 25 [--json FILE]
    python benchmarks/random_songs.py --songs 4 --seconds 300 --sources FOLDER    # drift against a rendering

Song N is drawn from seed N alone, and the arranger writes it. Faults are defined in
``stemwright.evaluation.faults``; every one is named with its song. With ``--sources`` (see docs/training.md)
the same scores are rendered, and what a stem drifts is what it drifts more than its rendering.
"""

import argparse
import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from told import tell

from stemwright.assess.song.measuring import assess_song
from stemwright.compose.styles import NAMES
from stemwright.instruments.render import Studio
from stemwright.producer import bundles
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.song.layers import LAYERS
from stemwright.song.state import GlobalState

FIRST_SEED = 3_000_000
TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
METERS = ("4/4",) * 5 + ("3/4", "6/8", "5/4", "7/8")
SECTIONS = ("verse", "chorus", "bridge", "intro", "outro")


def drawn(seed: int, seconds: float) -> Wish:
    """A song of about so many seconds: everything that a user may choose, drawn."""
    rng = random.Random(seed)
    bpm, meter = f"{rng.uniform(60, 180):.1f}", rng.choice(METERS)
    bar = float(GlobalState.create(bpm=bpm, meter=meter, form="verse:1").timebase.bar_seconds)
    left, form = max(2, round(seconds / bar)), []
    while left > 0:
        form.append(f"{rng.choice(SECTIONS)}:{min(left, rng.choice((2, 4, 8)))}")
        left -= int(form[-1].split(":")[1])
    timbres = [f"{layer}={rng.choice(bundles.performer(layer).manifest.timbres)}" for layer in LAYERS]
    return Wish(
        bpm=bpm,
        key=f"{rng.choice(TONICS)} {rng.choice(('major', 'minor'))}",
        meter=meter,
        form=" ".join(form),
        style=rng.choice(NAMES),
        seed=seed,
        timbres=tuple(timbres),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--songs", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=25.0)
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="seed of the first song")
    parser.add_argument("--sources", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    render = Studio(options.sources / "samples").render if options.sources else None
    reports: list[dict[str, Any]] = []
    for seed in range(options.first, options.first + options.songs):
        wish = drawn(seed, options.seconds)
        with TemporaryDirectory() as scratch:
            path = Path(scratch) / "song"
            create(path, wish)
            generate(path)
            report = {**assess_song(path, render=render)[0], "song": f"seed {seed}"}
        reports.append(report)
        found = [f"{row['layer']}: {fault}" for row in report["layers"] for fault in row["faults"]["faults"]]
        print(f"{len(reports)}/{options.songs} {summary(wish)}: {'; '.join(found) or 'no fault'}", flush=True)
    tell(reports, options.json)


def summary(wish: Wish) -> str:
    """A wish on one line."""
    choices = (f"seed {wish.seed}", f"{wish.bpm} BPM", wish.key, wish.meter, wish.style, *wish.timbres)
    return ", ".join(map(str, choices))


if __name__ == "__main__":
    main()
