"""Do the performers play their scores? New songs in all styles, made and measured: means over songs.

    python benchmarks/following.py --sources FOLDER [--songs 12] [--writer composer] [--json FILE]
    python benchmarks/following.py --sources FOLDER --songs 20 --form verse:32 --bpms 60,90,120,150,180

Songs are written by the arranger, as `generate` has it, or by the composer (`--writer`), with seeds that
training never saw, in every style and tempo in turn. Each is made as a user makes it and measured as
`stemwright evaluate song` does; the control is the same score played by the training instruments and sent
through the codec. It needs the sample folder (`--sources`, holding `samples/`) and a soundfont, see
docs/training.md; without `--sources` there is no control.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from told import tell

from stemwright.assess.song.measuring import assess_song
from stemwright.compose.styles import NAMES
from stemwright.instruments.render import Studio
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate

FORM = "intro:2 verse:4 chorus:4 outro:2"
BPMS = "72,97.3,112,128,150"
FIRST_SEED = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=Path)
    parser.add_argument("--songs", type=int, default=12)
    parser.add_argument("--writer", choices=("arranger", "composer"), default="arranger")
    parser.add_argument("--form", default=FORM)
    parser.add_argument("--bpms", default=BPMS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    render = Studio(options.sources / "samples").render if options.sources else None
    bpms = options.bpms.split(",")
    reports: list[dict[str, Any]] = []
    with TemporaryDirectory() as scratch:
        for i in range(options.songs):
            path, style = Path(scratch) / f"song-{i}", NAMES[i % len(NAMES)]
            create(path, Wish(bpm=bpms[i % len(bpms)], style=style, form=options.form, seed=FIRST_SEED + i))
            generate(path, composer=options.writer == "composer")
            reports.append({**assess_song(path, render=render)[0], "song": f"{style}, seed {FIRST_SEED + i}"})
            print(f"{i + 1}/{options.songs} {style}", flush=True)
    tell(reports, options.json)


if __name__ == "__main__":
    main()
