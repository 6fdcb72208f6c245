"""Two judges that learn from real music alone, or from both sides, and that nobody tunes.

- *What style is this?* Learns recorded grooves by style and is shown songs. Its drums alone count
  (`windows`). Of real grooves it is shown those of a drummer whom it has not heard; a style that fewer
  than LEAST_PEOPLE drummers play is left out. A song's style is the one that its windows find likeliest
  together. `right`: share of songs of that style, so the mean over styles is fair to rare ones.
- *Real or made?* By layer: learns real and made windows of half of the songs (real ones by who wrote or
  played them) and tells those of the other half, and the other way round, over SPLITS ways to halve them.
  Accuracy is the mean of both kinds' shares; .5 is what made music that cannot be told would get. Where real
  music of the layer has styles, only those count that stand on both sides of a half, and made songs weigh as
  their style does among the real ones: a style is no sign of who wrote it. Game music has none, so its basses
  differ in style too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemwright.evaluation.logistic import Model, fit, log_probabilities
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.evaluation.symbolic.windows import drum_names, drum_windows, line_names, line_windows
from stemwright.song.layers import LAYERS
from stemwright.work.progress import Watch, unwatched

Floats = NDArray[np.float64]
Row = dict[str, Any]
Songs = Mapping[str, Sequence[SymbolicSong]]

LEAST_PEOPLE = 2
LEAST_SONGS = 10
"""Real songs that a style or a layer needs."""
SPLITS = 5
CUES = 4
MOST_ACCURACY = 0.75


@dataclass(frozen=True, slots=True)
class _Heard:
    """A song as judges hear it: its class, who made it, its windows [W, F] (at least one), its style (""
    where that does not count), how much it weighs in its class.
    """

    label: int
    who: str
    windows: Floats
    style: str = ""
    weight: float = 1.0


def judge_styles(real: Songs, sets: Mapping[str, Songs], watch: Watch = unwatched) -> list[Row]:
    """A row a style: the share told right, of real songs and each set, and what others are taken for."""
    heard = {style: _hear(songs, 0, drum_windows) for style, songs in real.items() if style}
    styles = [
        style
        for style, own in heard.items()
        if len(own) >= LEAST_SONGS and len({song.who for song in own}) >= LEAST_PEOPLE
    ]
    if len(styles) < 2:
        return []
    known = [_Heard(i, song.who, song.windows) for i, style in enumerate(styles) for song in heard[style]]
    people = sorted({song.who for song in known})
    told: list[tuple[int, int]] = []
    for number, who in enumerate(people):
        watch("judge of styles", number, len(people))
        model = _learn([song for song in known if song.who != who], len(styles))
        told += [(song.label, _tell(model, song)) for song in known if song.who == who]
    watch("judge of styles", len(people), len(people))
    model = _learn(known, len(styles))
    rows: list[Row] = []
    for i, style in enumerate(styles):
        row: Row = {"style": style, "real songs": len(heard[style])}
        row["real"] = _share([guess == i for label, guess in told if label == i])
        for what, songs in sets.items():
            guesses = [_tell(model, song) for song in _hear(songs.get(style, ()), i, drum_windows)]
            wrong = Counter(styles[guess] for guess in guesses if guess != i)
            row[what] = _share([guess == i for guess in guesses])
            row[f"{what} for"] = wrong.most_common(1)[0][0] if wrong else None
        rows.append(row)
    return rows


def judge_real_or_made(real: Songs, sets: Mapping[str, Songs], seed: int = 0) -> list[Row]:
    """A row a layer and set: accuracy, and what made ones have more of and less of than real ones."""
    rows: list[Row] = []
    for layer in LAYERS:
        windows: Callable[[SymbolicSong], Floats] = (
            drum_windows if layer == "drums" else partial(line_windows, kind=layer)
        )
        names = drum_names() if layer == "drums" else line_names()
        known = {style: _hear(songs, 0, windows, style) for style, songs in real.items()}
        styles = [style for style, songs in known.items() if style and songs]
        for what, songs in sets.items():
            chosen = [style for style in styles if songs.get(style)] if styles else [*known, *songs]
            heard = [song for style in dict.fromkeys(chosen) for song in known.get(style, ())]
            heard += [
                song
                for style in dict.fromkeys(chosen)
                for song in _hear(songs.get(style, ()), 1, windows, style)
            ]
            if not styles:
                heard = [replace(song, style="") for song in heard]
            sizes = Counter(song.label for song in heard)
            if sizes[0] < LEAST_SONGS or sizes[1] < 2:
                continue
            accuracy = float(np.mean([_told_apart(heard, seed + number) for number in range(SPLITS)]))
            rows.append(
                {
                    "layer": layer,
                    "what": what,
                    "real songs": sizes[0],
                    "made songs": sizes[1],
                    "styles": len(chosen) if styles else None,
                    "accuracy": accuracy,
                    "met": accuracy <= MOST_ACCURACY,
                    **_cues(_learn(_matched(heard), 2), names),
                }
            )
    return rows


def _hear(
    songs: Sequence[SymbolicSong], label: int, windows: Callable[[SymbolicSong], Floats], style: str = ""
) -> list[_Heard]:
    found = ((song, windows(song)) for song in songs)
    return [
        _Heard(label, song.composers[0] if song.composers else song.name, own, style)
        for song, own in found
        if len(own)
    ]


def _matched(songs: Sequence[_Heard]) -> list[_Heard]:
    """The real and made songs of styles that both have; made ones weigh as their style among real ones."""
    often = Counter((song.label, song.style) for song in songs)
    return [
        replace(song, weight=often[0, song.style] / often[1, song.style] if song.label else 1.0)
        for song in songs
        if often[0, song.style] and often[1, song.style]
    ]


def _learn(songs: Sequence[_Heard], classes: int) -> Model:
    """A model in which every class weighs the same, and in a class every song by its weight."""
    total = [0.0] * classes
    for song in songs:
        total[song.label] += song.weight
    sizes = [len(song.windows) for song in songs]
    weights = np.repeat([song.weight / total[song.label] / len(song.windows) for song in songs], sizes)
    labels = np.repeat([song.label for song in songs], sizes)
    return fit(np.concatenate([song.windows for song in songs]), labels, weights)


def _tell(model: Model, song: _Heard) -> int:
    """The class that a song's windows find likeliest together."""
    return int(log_probabilities(model, song.windows).mean(axis=0).argmax())


def _told_apart(songs: Sequence[_Heard], seed: int) -> float:
    """Balanced accuracy over both ways round of two halves, of the people and of each style's made songs."""
    rng = np.random.default_rng(seed)
    halves: list[list[_Heard]] = [[], []]
    groups = [[song for song in songs if not song.label]]
    groups += [
        [song for song in songs if song.label and song.style == style]
        for style in dict.fromkeys(song.style for song in songs)
    ]
    for group in groups:
        people = sorted({song.who for song in group})
        side = dict(zip((people[i] for i in rng.permutation(len(people))), range(len(people)), strict=True))
        for song in group:
            halves[side[song.who] % 2].append(song)
    right = np.zeros((2, 2))  # class, weight told right and in all
    for train, test in (halves, halves[::-1]):
        learned, shown = _matched(train), _matched(test)
        if len({song.label for song in learned}) < 2:
            continue
        model = _learn(learned, 2)
        for song in shown:
            right[song.label] += song.weight * np.array([_tell(model, song) == song.label, 1.0])
    return float((right[:, 0] / np.maximum(right[:, 1], 1e-9)).mean())


def _cues(model: Model, names: Sequence[str]) -> dict[str, list[str]]:
    """The features that tell the most: of which made music has more, and less."""
    order = np.argsort(model.weights[:, 1] - model.weights[:, 0], kind="stable")
    return {"less": [names[i] for i in order[:CUES]], "more": [names[i] for i in order[::-1][:CUES]]}


def _share(hits: Sequence[bool]) -> float | None:
    return float(np.mean(hits)) if hits else None
