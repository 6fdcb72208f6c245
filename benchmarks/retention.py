"""Does a performer gain from beats of long ago? Held-out loss late in long songs, by what the cache keeps.

    python benchmarks/retention.py DATA --sources FOLDER [--songs 12] [--json FILE]

Songs of 32 bars, verse and chorus twice, by the arranger in all styles (seeds that training never saw), are
rendered and tokenized into DATA; what lies there already is used again. Every performer then hears each song
from its beginning, teacher-forced through the engine, and the tokens from bar 17 on count: there verse and
chorus return, 16 bars after they were first played.

Each policy is compared with the plain window that the performer was trained with, on the same tokens; the
error is the standard error over songs. Wider windows and policies show the model distances that it never saw
in training. For rendering see docs/training.md.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from stemwright.compose.arranger import arrange
from stemwright.compose.styles import NAMES
from stemwright.dataset.shards import Clip, NewClip, clips, shard_done, write_shard
from stemwright.dataset.tokenize import tokenize_data
from stemwright.instruments.render import Studio, to_int16
from stemwright.instruments.timbres import TIMBRES
from stemwright.models import Bundle, load_bundle, registry
from stemwright.native.engine import Engine
from stemwright.perform.retention import retention_of
from stemwright.song.layers import LAYERS
from stemwright.song.state import GlobalState
from stemwright.training.performer.data import Batch, ClipSet
from stemwright.training.performer.loss import IGNORE
from stemwright.training.performer.teacher_forced import Losses, load_clips, measure, through_engine

FORM, LATE_BAR = "verse:8 chorus:8 verse:8 chorus:8", 16
BPMS = (84, 97.3, 112, 128, 150)
FIRST_SEED = 2_000_000


def policy(recent: int, every_bars: int, beats: int, window: int = 384) -> dict[str, Any]:
    """`recent` frames, and the first beats of every Nth bar in the rest of the window."""
    return {
        "window": window,
        "retention": {"recent": recent, "every_bars": every_bars, "beats": beats},
    }


POLICIES: dict[str, dict[str, Any]] = {
    "last 384 (as trained)": {"window": 384},
    "last 1": {"window": 1},
    "last 16": {"window": 16},
    "last 64": {"window": 64},
    "last 256": {"window": 256},
    "last 768": {"window": 768},
    "last 256 + 1 beat of every 4th bar": policy(256, 4, 1),
    "last 256 + 4 beats of every 4th bar": policy(256, 4, 4),
    "last 256 + 4 beats of every 16th bar": policy(256, 16, 4),
    "last 352 + 1 beat of every 8th bar": policy(352, 8, 1),
    "last 384 + 1 beat of every 4th bar, in 512": policy(384, 4, 1, 512),
    "last 384 + 4 beats of every 16th bar, in 512": policy(384, 16, 4, 512),
}


def render_songs(data: Path, samples: Path, songs: int) -> None:
    """One shard a song and layer; those that exist are kept."""
    studio = Studio(samples)
    for i in range(songs):
        todo = [layer for layer in LAYERS if not shard_done(data, layer, "valid", i)]
        if not todo:
            continue
        style = NAMES[i % len(NAMES)]
        asked = GlobalState.create(bpm=str(BPMS[i % len(BPMS)]), form=FORM, style=style)
        made = arrange(asked, LAYERS, FIRST_SEED + i)
        for layer in todo:
            timbre = TIMBRES[layer][i % len(TIMBRES[layer])]
            score = made.scores[layer]
            audio = studio.render(layer, timbre, score, made.state.timebase, made.state.bars)
            clip = NewClip(to_int16(audio), made.state, score, timbre, "arranger", f"long-{i}")
            write_shard(data, layer, "valid", i, [clip])


def late_part(found: ClipSet, clip: Clip, index: int) -> Batch:
    """The whole clip; only tokens from the late bars on count."""
    batch = found.crops([(index, 0)], found.steps(index))
    batch.targets[:, : clip.state().timebase.bar_frame(LATE_BAR)] = IGNORE
    return batch


def losses_of(bundle: Bundle, songs: list[tuple[Clip, Batch]], changes: dict[str, Any]) -> Losses:
    """What the performer predicts with another window or policy; a row a song."""
    config = {**bundle.manifest.architecture, **changes}
    engine = Engine(config, bundle.tensors())
    rows = []
    for clip, batch in songs:
        keep = retention_of(config, clip.state().timebase, clip.frames)
        rows.append(measure(through_engine(engine, keep), [batch]))
    return Losses.together(rows)


def one_layer(data: Path, layer: str) -> list[dict[str, Any]]:
    """The figures of every policy, beside those of the first."""
    bundle = load_bundle(registry.find(layer), kind="performer")
    found, listed = load_clips(bundle, data), clips(data, layer, "valid")
    songs = [(clip, late_part(found, clip, i)) for i, clip in enumerate(listed)]
    rows: list[dict[str, Any]] = []
    base: Losses | None = None
    for name, changes in POLICIES.items():
        losses = losses_of(bundle, songs, changes)
        base = base or losses
        all_books = losses.all_books().change(base.all_books())
        first = losses.change(base)
        rows.append({
            "layer": layer, "policy": name, "songs": len(songs),
            "loss": [round(float(x), 5) for x in losses.per_token()],
            "change": float(all_books[0]), "error": float(all_books[1]),
            "change_1": float(first[0][0]), "error_1": float(first[1][0]),
        })  # fmt: skip
        print(f"{layer}: {name}: {rows[-1]['change']:+.3f}%", flush=True)
    return rows


def summary(rows: list[dict[str, Any]]) -> list[str]:
    """Markdown: per cent of loss against the window as trained, all codebooks; the first in brackets."""
    lines = [f"| the cache keeps | {' | '.join(LAYERS)} |", "| --- |" + " --- |" * len(LAYERS)]
    for name in POLICIES:
        cells = [row for layer in LAYERS for row in rows if (row["layer"], row["policy"]) == (layer, name)]
        if name == next(iter(POLICIES)):
            texts = [f"{sum(r['loss']) / len(r['loss']):.3f} ({r['loss'][0]:.3f}) nats" for r in cells]
        else:
            texts = [
                f"{r['change']:+.2f} ± {r['error']:.2f} ({r['change_1']:+.2f} ± {r['error_1']:.2f})"
                for r in cells
            ]
        lines.append(f"| {name} | {' | '.join(texts)} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--songs", type=int, default=12)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    render_songs(options.data, options.sources / "samples", options.songs)
    tokenize_data(options.data, registry.find("codec"), workers=1, report=print)
    rows = [row for layer in LAYERS for row in one_layer(options.data, layer)]
    print("\n".join(summary(rows)))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
