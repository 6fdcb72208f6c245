"""Make docs/listen.md anew: examples of every layer and style with the installed weights, and their figures.

    python benchmarks/listen.py [--styles pop,funk] [--out docs/listen] [--sources FOLDER]

The sounds (MP3) and pictures (PNG) go to the folder `--out`, in place of those that are there; the page goes
beside it. The same bundles give the same notes, sounds and figures. About a minute of processor time a style.
With `--sources` (the sample folder, holding `samples/`, and a soundfont: docs/training.md) the control is the
training instruments, and the page says what the codec alone does; without it, an installed soundfont plays.
Judges: docs/evaluation.md. The words of the page are in src/stemwright/assess/listening/page.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from stemwright.assess.listening import excerpts, looks
from stemwright.assess.listening.bundled import identities
from stemwright.assess.listening.page import Entry, Facts, page
from stemwright.assess.listening.players import Player, instruments, soundfont
from stemwright.assess.listening.producing import Made, one_song
from stemwright.assess.listening.songs import EXAMPLES
from stemwright.assess.sound.judges import load_judges

Files = dict[str, bytes]


def write(out: Path, files: Files, text: str) -> None:
    """The files in place of the old ones, and the page beside the folder."""
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("*.mp3"), *out.glob("*.png")]:
        if old.name not in files:
            old.unlink()
    for name, data in files.items():
        (out / name).write_bytes(data)
    out.with_suffix(".md").write_text(text, encoding="utf-8")


def make(styles: list[str], out: Path, player: Player | None, why: str = "") -> None:
    """The whole page. Nothing is written before everything is made. `why` there is no player."""
    judges, turns = load_judges()[0], looks.turns(styles)
    made: list[Made] = []
    with TemporaryDirectory() as scratch:
        for i, style in enumerate(styles):
            seen = [layer for of, layer in turns if of == style] if player else []
            made.append(one_song(style, Path(scratch) / style, player, judges, seen, compared=i == 0))
            print(f"{i + 1}/{len(styles)} {style}", flush=True)
    sounds = {name: sound for song in made for name, sound in song.sounds.items()}
    heard = excerpts.mp3s(sounds)
    pictures = {name: data for song in made for name, data in song.pictures.items()}
    entries: list[Entry] = [song.entry for song in made]
    facts = Facts(
        identities(),
        player.name if player else why,
        player is not None,
        excerpts.kbit_a_second(heard, sounds.values()),
        [look for song in made for look in song.looks],
    )
    write(out, heard | pictures, page(out.name, entries, facts))
    for kind, files in (("sound", heard), ("picture", pictures)):
        print(f"{len(files)} {kind} files in {out}, {sum(map(len, files.values())) / 1e6:.2f} MB")


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
    player, why = (instruments(options.sources), "") if options.sources else soundfont()
    make(styles, options.out, player, why)


if __name__ == "__main__":
    main()
