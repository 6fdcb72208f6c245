"""How right the corpus is: layers against a list made by hand, found chords against given ones.

Chords are compared per beat as MIREX does (J. Pauwels and G. Peeters, Evaluating automatically estimated
chord sequences, ICASSP 2013): by root, and by root and third where the given chord has a plain third.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from stemwright.compose.tracks import assign, share_out
from stemwright.corpus.readers.parts import hand_over
from stemwright.corpus.song import CorpusSong
from stemwright.notation.keys import third_of
from stemwright.song.bar_lines import BarLines
from stemwright.song.harmony import Chord, Key
from stemwright.song.midi import MidiSong, read_midi
from stemwright.song.score import Note, Score

Truth = Mapping[str, Mapping[str, Sequence[int]]]
"""Path of a MIDI file -> layer -> numbers (from 1) of the tracks that fit it; 0: none need fit it."""
Assign = Callable[[MidiSong], dict[str, list[int]]]
Give = Callable[[MidiSong], dict[str, list[Note]]]
Recognise = Callable[[Mapping[str, Score], BarLines, int, Key], Sequence[Chord | None]]


def by_value(midi: MidiSong) -> dict[str, list[int]]:
    """What `tracks.assign` chooses, for the corpus."""
    return assign(midi.tracks, midi.meter.ticks_per_bar)


def every_track(midi: MidiSong) -> dict[str, list[int]]:
    """What `tracks.share_out` chooses, for `import`."""
    return share_out(midi.tracks, midi.meter.ticks_per_bar)


def layer_errors(symbolic: Path, truth: Truth, choose: Assign) -> dict[str, float]:
    """Layer -> share of the files in which the track chosen first for it does not fit it."""
    wrong: Counter[str] = Counter()
    for name, fitting in truth.items():
        chosen = choose(read_midi(symbolic / name))
        wrong.update(
            layer for layer, numbers in fitting.items() if (chosen.get(layer) or [0])[0] not in numbers
        )
    layers = sorted({layer for fitting in truth.values() for layer in fitting})
    return {layer: wrong[layer] / max(1, len(truth)) for layer in layers}


def handed_over(midi: MidiSong) -> dict[str, list[Note]]:
    """The notes of each layer as the corpus has them."""
    return hand_over(midi.tracks, by_value(midi), midi.meter.ticks_per_bar)


def put_together(midi: MidiSong) -> dict[str, list[Note]]:
    """The notes of each layer as `import` has them."""
    return {
        layer: [n for number in numbers for n in midi.tracks[number - 1].notes]
        for layer, numbers in every_track(midi).items()
    }


def note_errors(symbolic: Path, truth: Truth, give: Give) -> dict[str, float]:
    """Layer -> share of the notes that it is given that are not of a track that fits it."""
    wrong: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for name, fitting in truth.items():
        midi = read_midi(symbolic / name)
        given = give(midi)
        for layer, numbers in fitting.items():
            good = {n for number in numbers if number for n in midi.tracks[number - 1].notes}
            total[layer] += len(given.get(layer, []))
            wrong[layer] += sum(n not in good for n in given.get(layer, []))
    return {layer: wrong[layer] / max(1, total[layer]) for layer in sorted(total)}


def chord_agreement(songs: Iterable[CorpusSong], recognise: Recognise) -> dict[str, float]:
    """Shares of the beats of songs with given chords: "root" and "third" agree; "beats" counts them."""
    beats = roots = plain = thirds = 0
    for song in songs:
        if song.chords != "given":
            continue
        state = song.state
        found = recognise(song.scores, state.lines, state.bars, state.key)
        for given, heard in zip(state.chords, found, strict=bool(found)):
            if given is None:
                continue
            same = heard is not None and heard.root_pc == given.root_pc
            beats, roots = beats + 1, roots + same
            if third_of(given) is not None:
                plain += 1
                thirds += same and heard is not None and third_of(heard) == third_of(given)
    return {"beats": beats, "root": roots / max(1, beats), "third": thirds / max(1, plain)}
