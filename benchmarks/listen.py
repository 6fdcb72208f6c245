"""Make docs/listen.md anew: examples of every layer and style with the installed weights, and their figures.

    python benchmarks/listen.py [--styles pop,funk] [--out docs/listen] [--sources FOLDER]

The sounds (MP3) and pictures (PNG) go to the folder `--out`, in place of those that are there; the page goes
beside it. The same bundles give the same notes, sounds and figures. About two minutes of processor time.
With `--sources` (the sample folder, holding `samples/`, and a soundfont: docs/training.md) every figure gets
its control, and the page an example of what the codec alone does, in about four. The words of the page are in
benchmarks/listening/page.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from listening import excerpts
from listening.codec_alone import Pair, codec_alone
from listening.page import Entry, page
from listening.picture import picture
from listening.songs import EXAMPLES, JOIN, command, wish

from stemwright.assess.song import Part, Render, assess_song
from stemwright.mix.mixer import mix
from stemwright.producer import bundles
from stemwright.producer.create import create
from stemwright.producer.produce import produce
from stemwright.song.layers import LAYERS
from stemwright.song.timebase import SAMPLE_RATE

Files = dict[str, bytes]


def one_song(style: str, path: Path, render: Render | None) -> tuple[Entry, Files, list[Part]]:
    """Make and measure the song of a style: what the page says of it, its files, its parts."""
    made = wish(style)
    create(path, made)
    produce(path)
    report, parts = assess_song(path, render=render)
    state, timebase = parts[0].state, parts[0].state.timebase
    counts = {part.layer: excerpts.notes_by_bar(part.score, timebase, state.bars) for part in parts}
    shown = excerpts.around(JOIN, excerpts.bars_of(excerpts.MIX_SECONDS, timebase, state.bars), counts)
    length = excerpts.bars_of(excerpts.LAYER_SECONDS, timebase, state.bars)
    heard = {layer: excerpts.busiest(shown, length, count) for layer, count in counts.items()}
    stems = {part.layer: part.stem.audio for part in parts}
    files = {f"{style}-mix.mp3": excerpts.mp3(excerpts.cut(mix(stems, SAMPLE_RATE).audio, shown, timebase))}
    for layer, audio in stems.items():
        files[f"{style}-{layer}.mp3"] = excerpts.mp3(excerpts.cut(audio, heard[layer], timebase))
    files[f"{style}.png"] = picture(parts, shown, heard)
    return Entry(style, str(state.meter), report, shown, heard, command(style, made)), files, parts


def identities() -> dict[str, str]:
    """The installed bundles' SHA-256 by name."""
    return {
        "codec": bundles.codec_bundle().sha256,
        **{layer: bundles.performer(layer).sha256 for layer in LAYERS},
    }


def write(out: Path, files: Files, text: str) -> None:
    """The files in place of the old ones, and the page beside the folder."""
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("*.mp3"), *out.glob("*.png")]:
        if old.name not in files:
            old.unlink()
    for name, data in files.items():
        (out / name).write_bytes(data)
    out.with_suffix(".md").write_text(text, encoding="utf-8")


def make(styles: list[str], out: Path, render: Render | None) -> None:
    """The whole page. Nothing is written before everything is made."""
    entries: list[Entry] = []
    files: Files = {}
    pairs: list[Pair] = []
    with TemporaryDirectory() as scratch:
        for i, style in enumerate(styles):
            entry, sounds, parts = one_song(style, Path(scratch) / style, render)
            entries.append(entry)
            files |= sounds
            if render is not None and i == 0:
                pairs, sounds = codec_alone(style, parts, entry.heard, render)
                files |= sounds
            print(f"{i + 1}/{len(styles)} {style}", flush=True)
    write(out, files, page(out.name, entries, identities(), pairs))
    total = sum(map(len, files.values()))
    print(f"{out.with_suffix('.md')}: {len(files)} files in {out}, {total / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--styles", default=",".join(EXAMPLES))
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs" / "listen")
    parser.add_argument("--sources", type=Path)
    options = parser.parse_args()
    styles = list(dict.fromkeys(options.styles.split(",")))
    unknown = [style for style in styles if style not in EXAMPLES]
    if unknown:
        parser.error(f"--styles {','.join(unknown)}: not known; use some of {','.join(EXAMPLES)}")
    render: Render | None = None
    if options.sources:
        from stemwright.instruments.render import Studio

        render = Studio(options.sources / "samples").render
    make(styles, options.out, render)


if __name__ == "__main__":
    main()
