"""How often are the detectors behind the metrics right? Held-out renderings beside their own scores.

    python benchmarks/detectors.py DATA [--split valid] [--clips N]

DATA is what `stemwright train data` made. Every figure is a control: what a performer without fault would
get. The floor is the same measurement with the scores (chords, keys) of other clips. Results are in
docs/evaluation.md.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stemwright.dataset.shards import Clip, clips
from stemwright.evaluation import beats, chroma, embedding, faults, key, onsets, pitch, rhythm, set_distances
from stemwright.evaluation.activity import GUARD
from stemwright.evaluation.shuffled_pairs import derangement
from stemwright.evaluation.timing import bar_times, beat_times, chord_spans, note_spans, onset_times
from stemwright.song.layers import LAYERS, is_drums

Row = dict[str, Any]


def sound(clip: Clip) -> np.ndarray:
    """Audio float32 [N]."""
    return clip.audio().astype(np.float32) / 32768.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A clip's audio [N], its onsets in seconds, the times of its chroma frames and their energy."""

    audio: np.ndarray
    onsets: np.ndarray
    times: np.ndarray
    energy: np.ndarray


def listen(clip: Clip) -> Heard:
    """What the detectors hear in a clip, whatever it should be."""
    audio = sound(clip)
    return Heard(audio, onsets.detect_onsets(audio), *chroma.chroma(audio))


def against(clip: Clip, heard: Heard, other: Clip) -> Row:
    """The figures of `clip` beside the score, chords and key of `other`."""
    state, score = other.state(), other.score()
    spans = note_spans(score, state.timebase)
    row: Row = {
        "onset_f1": onsets.f_measure(onsets.merged(onset_times(score, state.timebase)), heard.onsets)[0]
    }
    if not is_drums(clip.layer):
        times, energy = heard.times, heard.energy
        if clip.layer != "harmony":
            row["pitch"] = pitch.evaluate(heard.audio, spans, [n.pitch for n in score.notes])["right"]
        notes = chroma.mask(times, spans, [(n.pitch % 12,) for n in score.notes])
        row["score_share"], row["score_cosine"] = chroma.share(energy, notes), chroma.cosine(energy, notes)
        chords = chroma.mask(times, *chord_spans(state))
        row["chord_share"], row["chord_cosine"] = chroma.share(energy, chords), chroma.cosine(energy, chords)
        row["key_share"] = chroma.key_share(energy, state.key.pitch_classes)
    return row


def layer_rows(found: Sequence[Clip]) -> tuple[list[Row], list[Row], int]:
    """Rows of every clip beside its own score and beside another's, and clips with a fault."""
    own, floor, faulty = [], [], 0
    for clip, other in zip(found, derangement(len(found)), strict=True):
        heard = listen(clip)
        own.append(against(clip, heard, clip))
        floor.append(against(clip, heard, found[other]))
        guard = faults.RINGING if is_drums(clip.layer) else GUARD
        spans = note_spans(clip.score(), clip.state().timebase)
        faulty += bool(faults.evaluate(heard.audio, spans, guard=guard)["faults"])
    return own, floor, faulty


def whole_songs(by_layer: dict[str, list[Clip]]) -> list[dict[str, Clip]]:
    """Windows of songs of which all layers are there, of one state."""
    songs: dict[tuple[str, str], dict[str, Clip]] = defaultdict(dict)
    for layer, found in by_layer.items():
        for clip in found:
            songs[clip.meta["song"], str(clip.meta["state"])][layer] = clip
    return [layers for layers in songs.values() if len(layers) == len(LAYERS)]


def song_row(parts: dict[str, Clip]) -> dict[str, Row]:
    """Rhythm, beats and key of one song's window."""
    state = parts["drums"].state()
    grid = beat_times(state.timebase, state.bars)[:-1]
    stems = {layer: sound(clip) for layer, clip in parts.items()}
    written = {layer: onset_times(clip.score(), state.timebase) for layer, clip in parts.items()}
    heard = {layer: onsets.detect_onsets(stem) for layer, stem in stems.items()}
    pitched = np.sum([stem for layer, stem in stems.items() if not is_drums(layer)], axis=0)
    bars, tonic, minor = bar_times(state.timebase, state.bars), state.key.tonic_pc, state.key.is_minor
    rows: dict[str, Row] = {
        "rhythm on the grid, heard": rhythm.evaluate(grid, heard, written),
        "rhythm on the grid, as written": rhythm.evaluate(grid, written, written),
        "rhythm as published": rhythm.published({k: beats.track_beats(v) for k, v in stems.items()}),
        "key": key.evaluate(pitched, bars, tonic, minor),
        "key, floor (half an octave off)": key.evaluate(pitched, bars, (tonic + 6) % 12, minor),
    }
    if state.meter.d == 4:
        tracked = beats.evaluate(np.sum(list(stems.values()), axis=0), grid)
        rows["beats of the mix, meters of quarters"] = {"f": tracked["f"], "cml_t": tracked["cml_t"]}
    return rows


def means(rows: Iterable[Row]) -> str:
    """`name figure` of every column, means of those that are numbers."""
    columns: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for name, value in row.items():
            if isinstance(value, int | float):
                columns[name].append(float(value))
    return ", ".join(f"{name} {np.mean(values):.3g}" for name, values in columns.items())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--clips", type=int, help="at most so many clips a layer")
    options = parser.parse_args()
    by_layer = {layer: clips(options.data, layer, options.split)[: options.clips] for layer in LAYERS}
    for layer, found in by_layer.items():
        own, floor, faulty = layer_rows(found)
        print(f"{layer}: {len(found)} clips, {faulty} with a fault", flush=True)
        print(f"  control: {means(own)}\n  floor:   {means(floor)}", flush=True)
    songs = [song_row(parts) for parts in whole_songs(by_layer)]
    print(f"songs: {len(songs)} windows of all layers")
    for name in dict.fromkeys(name for rows in songs for name in rows):
        print(f"  {name}: {means(rows[name] for rows in songs if name in rows)}", flush=True)
    vectors = {layer: np.concatenate([embedding.embed(sound(c)) for c in f]) for layer, f in by_layer.items()}
    for layer, have in vectors.items():
        first, second = set_distances.halves(have)
        print(f"{layer} in {embedding.NAME}, halves: {means([set_distances.evaluate(first, second)])}")
        for other, others in vectors.items():
            if other != layer:
                print(f"  {other}: {means([set_distances.evaluate(have, others)])}", flush=True)


if __name__ == "__main__":
    main()
