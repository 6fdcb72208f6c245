"""Does `import` find which track of a MIDI file is which layer? By a list made by hand, and by known layers.

    python benchmarks/layers.py --sources DATA/symbolic [--corpus FOLDER] [--songs 200]

By hand: the files of tests/corpus/band_layers.json that the guess was not made by. "first": share of
files in which the track that a layer has first does not fit it; "notes": share of the layer's notes that are
of a track that does not, where every track has to be some layer's. Known: songs of the arranger and Lieder of
the corpus, as files without names and programs, their tracks in any order; a file counts as wrong for a layer
where it does not have exactly that track.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from random import Random

from stemwright.cli.output import lines, table
from stemwright.compose.arranger import arrange
from stemwright.compose.randomstate import random_state
from stemwright.compose.tracks import share_out
from stemwright.corpus.measure import every_track, layer_errors, note_errors, put_together
from stemwright.corpus.read import songs
from stemwright.song.midi import MidiTrack
from stemwright.song.score import Score

HAND_MADE = Path(__file__).parent.parent / "tests" / "corpus" / "band_layers.json"
PITCHED = ("bass", "harmony", "lead")


def known(found: list[tuple[dict[str, Score], int]]) -> list[tuple[str, int, int]]:
    """(layer, songs that have it, in how many it is guessed wrong) of (scores, ticks of a bar)."""
    having: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for number, (scores, bar) in enumerate(found):
        layers = Random(number).sample(sorted(scores), len(scores))
        tracks = [MidiTrack("", 0, layer == "drums", list(scores[layer].notes)) for layer in layers]
        guessed = share_out(tracks, bar)
        for place, layer in enumerate(layers, 1):
            having[layer] += 1
            wrong[layer] += guessed.get(layer) != [place]
    return [(layer, having[layer], wrong[layer]) for layer in PITCHED]


def arranged(count: int) -> list[tuple[dict[str, Score], int]]:
    """Songs of the arranger."""
    states = [random_state(seed) for seed in range(count)]
    made = [arrange(state, seed=seed) for seed, state in enumerate(states)]
    return [(whole(m.scores), m.state.meter.ticks_per_bar) for m in made]


def lieder(corpus: Path, count: int) -> list[tuple[dict[str, Score], int]]:
    """Songs whose voice and two staves of piano are known."""
    found = [s for s in songs(corpus, "train") if s.layers == "given" and len(whole(s.scores)) == 3]
    return [
        (whole(s.scores), s.state.meter.ticks_per_bar)
        for s in Random(0).sample(found, min(count, len(found)))
    ]


def whole(scores: dict[str, Score]) -> dict[str, Score]:
    """The layers that have notes."""
    return {layer: score for layer, score in scores.items() if score.notes}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=Path, required=True, help="the folder with freedoom and easyrpg")
    parser.add_argument("--corpus", type=Path, help="of `train corpus`")
    parser.add_argument("--songs", type=int, default=200)
    options = parser.parse_args()
    truth = json.loads(HAND_MADE.read_text(encoding="utf-8"))["held_out"]
    first = layer_errors(options.sources, truth, every_track)
    notes = note_errors(options.sources, truth, put_together)
    lines([f"{len(truth)} files, by hand"])
    table(("layer", "first", "notes"), [(layer, first[layer], notes[layer]) for layer in PITCHED])
    sets = {"arranger": arranged(options.songs)}
    if options.corpus:
        sets["Lieder"] = lieder(options.corpus, options.songs)
    for name, found in sets.items():
        lines(["", f"{len(found)} songs, {name}"])
        table(("layer", "songs", "wrong"), known(found))


if __name__ == "__main__":
    main()
