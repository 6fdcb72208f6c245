"""Does a composer do what it is asked for? Few, some and many notes a bar, low and high ones, and so on.

Of every attribute (`symbolic.attributes`), a layer of real songs is asked for the 10th, the 50th and the 90th
percentile of what real songs have in that layer, the other layers standing as they are, always with one
seed; and once for nothing. What came is the attribute's mean over the bars, as real songs' is. Amounts keep
to the layer's usual range. Where they do not rise nothing is asked, nor polyphony of layers that have one
voice unless more are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemwright.assess.composer.measuring import first_bars, mean_attributes
from stemwright.assess.composer.sets import Row, layers_of
from stemwright.assess.means import Figures, mean, rounded
from stemwright.evaluation.symbolic import obedience
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.producer.seeds import check_seed, layer_seed
from stemwright.song.layers import kind_of
from stemwright.song.score import Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.attributes import ATTRIBUTES
from stemwright.symbolic.composer.limits import usual
from stemwright.work.progress import Watch, unwatched

Obeys = Callable[[GlobalState, Mapping[str, Score], str, Mapping[str, float], int], Score]
"""A layer's score for a state, to the scores that stand, with attributes asked for, from a seed."""
Floats = NDArray[np.float64]

BARS = 8
AMOUNTS = {"low": 10, "mid": 50, "high": 90}
"""What is asked for: percentiles of real songs."""
VOICED = ("drums", "harmony")
"""Layers in which several notes may sound at once without being asked for."""


def assess_controls(
    real: Sequence[SymbolicSong],
    composers: Mapping[str, Obeys],
    *,
    songs: int,
    seed: int = 0,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """All figures as plain JSON values, of the first bars of the first `songs` songs.

    What is real is read off all songs' first bars. `layers`: by layer and attribute what was asked and what
    came; `attributes`: means over the layers.
    """
    check_seed(seed)
    short = [first_bars(song, BARS) for song in real]
    amounts = _amounts(short)
    rows: list[Row] = []
    for name, obeys in composers.items():
        rows += _layers(short[:songs], amounts, name, obeys, seed, watch)
    report = {
        "songs": len(short[:songs]),
        "bars": BARS,
        "percentiles": list(AMOUNTS.values()),
        "layers": rows,
        "attributes": [row for name in composers for row in _over_layers(rows, name)],
    }
    made: dict[str, Any] = rounded(report)
    return made


def _amounts(songs: Sequence[SymbolicSong]) -> dict[str, dict[str, Floats]]:
    """Of every layer: attribute -> what to ask for [amounts], of those that can be asked for."""
    found: dict[str, dict[str, Floats]] = {}
    for layer in layers_of({"real": songs}):
        rows = [mean_attributes(song, layer) for song in songs if _plays(song, layer)]
        found[layer] = {}
        for name in ATTRIBUTES:
            known = [value for row in rows if (value := row[name]) is not None]
            asked = np.percentile(known, list(AMOUNTS.values())) if known else np.zeros(len(AMOUNTS))
            if name == "register":
                asked = np.clip(asked, usual(layer).low, usual(layer).high)
            if np.all(np.diff(asked) > 0) and (name != "polyphony" or kind_of(layer) in VOICED):
                found[layer][name] = asked
    return found


def _plays(song: SymbolicSong, layer: str) -> bool:
    return layer in song.scores and bool(song.scores[layer].notes)


def _layers(
    songs: Sequence[SymbolicSong],
    amounts: Mapping[str, Mapping[str, Floats]],
    name: str,
    obeys: Obeys,
    seed: int,
    watch: Watch,
) -> list[Row]:
    """A row for every layer and attribute: means over songs, and how well was obeyed."""
    chosen = {layer: [song for song in songs if _plays(song, layer)] for layer in amounts}
    total = sum(len(found) for found in chosen.values())
    rows: list[Row] = []
    done = 0
    for layer, found in chosen.items():
        unasked: list[Figures] = []
        got: dict[str, list[list[float]]] = {key: [] for key in amounts[layer]}
        for number, song in enumerate(found):
            watch(f"controls: {name}", done, total)
            own = layer_seed(seed, layer, number + 1)
            unasked.append(_outcome(song, layer, {}, obeys, own))
            for key, asked in amounts[layer].items():
                came = [_outcome(song, layer, {key: value}, obeys, own)[key] for value in asked.tolist()]
                got[key].append([np.nan if value is None else value for value in came])
            done += 1
        for key, asked in amounts[layer].items() if found else ():
            free = [np.nan if (value := row[key]) is None else value for row in unasked]
            label = {"what": name, "layer": layer, "attribute": key, "songs": len(found)}
            rows.append(label | _row(asked, np.array(got[key]), np.array(free)))
    watch(f"controls: {name}", total, total)
    return rows


def _outcome(song: SymbolicSong, layer: str, wanted: Mapping[str, float], obeys: Obeys, seed: int) -> Figures:
    """The attributes of a layer that is written anew to the other layers."""
    others = {name: score for name, score in song.scores.items() if name != layer}
    score = obeys(song.state, others, layer, wanted, seed)
    return mean_attributes(replace(song, scores={layer: score}), layer)


def _row(asked: Floats, got: Floats, unasked: Floats) -> Row:
    """What was asked, what came (means over the songs that tell), and what `obedience` says of it."""
    came = [_mean(got[:, i]) for i in range(len(AMOUNTS))]
    return {
        **{f"asked_{amount}": float(value) for amount, value in zip(AMOUNTS, asked, strict=True)},
        **dict(zip(AMOUNTS, came, strict=True)),
        "unasked": _mean(unasked),
        **obedience.evaluate(np.tile(asked, (len(got), 1)), got, unasked),
    }


def _mean(values: Floats) -> float | None:
    return None if np.isnan(values).all() else float(np.nanmean(values))


def _over_layers(rows: Sequence[Row], name: str) -> list[Row]:
    """Every attribute's figures, the mean over layers by their songs."""
    out: list[Row] = []
    for key in ATTRIBUTES:
        own = [row for row in rows if row["what"] == name and row["attribute"] == key]
        figures = [{figure: row[figure] for figure in ("correlation", "in_order", "miss")} for row in own]
        if own:
            weights = [row["songs"] for row in own]
            label = {"what": name, "attribute": key, "layers": len(own), "songs": sum(weights)}
            out.append(label | mean(figures, weights))
    return out
