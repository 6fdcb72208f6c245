"""Do the performers play their scores? Onset F1 and activity of every stem, beside a control and a floor.

    python benchmarks/following.py --sources FOLDER [--songs 12 | --song DIR] [--json FILE]

For every layer of new songs (arranger scores in all styles, seeds that training never saw):

- `generated`: the performer's tokens decoded, onsets detected, F1 within 30 ms of the score;
- `control`: the same score rendered with the same timbre as in training, through the codec: what a
  performer without fault would get;
- `floor`: the generated audio against the score shifted by a third of a bar;
- `activity`: level where notes are held, level where the score has been silent for a while, and the share
  of notes that sound.

Rendering the control needs the sample folder (`--sources`, holding `samples/`) and a soundfont; see
docs/training.md.
"""

import argparse
import json
import statistics
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from stemwright.codec.codec import Codec
from stemwright.codec.tokens import from_canonical
from stemwright.compose.styles import NAMES
from stemwright.evaluation import activity, onsets
from stemwright.evaluation.timing import note_spans, onset_times
from stemwright.models import registry
from stemwright.producer.create import Wish, create
from stemwright.producer.produce import produce
from stemwright.song.score import Score
from stemwright.song.timebase import SAMPLE_RATE
from stemwright.store import SongFolder
from stemwright.training.render import Studio
from stemwright.training.timbres import TIMBRES

FORM = "intro:2 verse:4 chorus:4 outro:2"
BPMS = (72, 97.3, 112, 128, 150)


def one_song(path: Path, style: str, seed: int, studio: Studio, codec: Codec) -> list[dict[str, Any]]:
    """Make a song and measure it."""
    create(path, Wish(bpm=str(BPMS[seed % len(BPMS)]), style=style, form=FORM, seed=seed))
    produce(path)
    return measure(path, studio, codec)


def measure(path: Path, studio: Studio, codec: Codec) -> list[dict[str, Any]]:
    """The figures of every layer of a finished song."""
    folder = SongFolder.open(path)
    song = folder.load()
    state, rows = song.state, []
    for name, entry in song.layers.items():
        take = entry.active
        assert take is not None
        timbre = entry.timbre or TIMBRES[name][0]
        score = Score.from_bytes(folder.objects.get(take.score_sha256))
        stem = codec.decode(from_canonical(folder.objects.get(take.tokens_sha256)))
        rendered = studio.render(name, timbre, score, state.timebase, state.bars)
        control = codec.decode(codec.encode(rendered))
        times, spans = onset_times(score, state.timebase), note_spans(score, state.timebase)
        shifted = np.sort((times + float(state.timebase.bar_seconds) / 3) % (len(stem) / SAMPLE_RATE))
        generated_activity, control_activity = (
            activity.evaluate(stem, spans),
            activity.evaluate(control, spans),
        )
        rows.append({
            "layer": name, "timbre": timbre, "style": state.style, "seed": song.seed,
            "notes": len(score.notes),
            "generated": onsets.onset_f1(stem, times), "control": onsets.onset_f1(control, times),
            "floor": onsets.onset_f1(stem, shifted),
            "activity": generated_activity, "control_activity": control_activity,
        })  # fmt: skip
    return rows


def summary(rows: list[dict[str, Any]]) -> list[str]:
    """A Markdown table: means over songs."""
    by_layer: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_layer[row["layer"]].append(row)
    lines = [
        "| layer | F1 generated | control | floor | share of control | notes that sound (control) "
        "| sounding dB (control) | quiet dB (control) |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for layer, found in by_layer.items():
        mean = {k: statistics.fmean(r[k] for r in found) for k in ("generated", "control", "floor")}
        cells = [f"{mean[k]:.2f}" for k in mean] + [f"{mean['generated'] / mean['control']:.0%}"]
        for key, form in (("sounding_share", "{:.2f}"), ("sounding_db", "{:.1f}"), ("quiet_db", "{:.1f}")):
            pair = []
            for side in ("activity", "control_activity"):
                values = [r[side][key] for r in found if r[side][key] is not None]
                pair.append(form.format(statistics.fmean(values)) if values else "-")
            cells.append(f"{pair[0]} ({pair[1]})")
        lines.append(f"| {layer} | " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--songs", type=int, default=12)
    parser.add_argument("--song", type=Path, help="measure this finished song instead")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    studio = Studio(options.sources / "samples")
    codec = Codec.load(registry.find("codec"))
    rows: list[dict[str, Any]] = []
    if options.song:
        rows = measure(options.song, studio, codec)
    with TemporaryDirectory() as scratch:
        for i in range(0 if options.song else options.songs):
            style = NAMES[i % len(NAMES)]
            rows += one_song(Path(scratch) / f"song-{i}", style, 1_000_000 + i, studio, codec)
            print(f"{i + 1}/{options.songs} {style}", flush=True)
    print("\n".join(summary(rows)))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
