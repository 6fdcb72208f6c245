"""How likely a composer finds the chords of real songs."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.symbolic.composer.composer import Composer
from stemwright.symbolic.composer.conditions import Conditions, Tables, standing
from stemwright.symbolic.composer.draft import CHORDS, Draft
from stemwright.symbolic.composer.sequence import WRITE, Rows, example
from stemwright.symbolic.composer.views import next_run, view

Floats = NDArray[np.float64]


def chord_losses(composer: Composer, song: SymbolicSong) -> Floats:
    """-log p in nats of every token of a song's chords [S], bar by bar, each bar with its end.

    The composer hears what it would when it writes chords and layers of the whole song: the bars before, and
    in a bar the chords first; here they are always the song's own. It gets no bars to be like.
    """
    full = Draft.of(song.state, song.scores)
    bars = range(song.state.bars)
    for place in product(full.parts, bars):
        full.tokens(place)  # which it keeps
    tables = Tables(full)
    found, at = [], 0
    while at < len(bars):
        left = list(product(full.parts, bars[at:]))
        run = next_run(full.without(left), left)
        found.append(_of_run(composer, full, tables, run))
        at = run.stop
    return np.concatenate(found)


def _of_run(composer: Composer, full: Draft, tables: Tables, run: range) -> Floats:
    """The losses of a few bars that are written together."""
    later = range(run[-1] + 1, full.state.bars)
    so_far = full.without((part, bar) for part in full.parts for bar in later)
    places = [(part, bar) for part in full.parts for bar in run]
    before = so_far.without(places)
    window, _ = view(before, run, ())
    rows = example(so_far, places, window)
    told = Conditions(tables, standing(before), window[0], None, {}).rows(rows)
    logits = composer.engine.state().prefill(rows.tokens[None, :-1, None], told[None, :-1], logits=True)
    assert logits is not None
    return _losses(logits[0, :, 0].astype(np.float64), rows)


def _losses(logits: Floats, rows: Rows) -> Floats:
    """Of the chords' tokens that are written; logits [S - 1, tokens] are of the rows from the second on."""
    counts = rows.free[1:] & (rows.area[1:] == WRITE) & (rows.part[:-1] == CHORDS)
    own = logits[counts]
    own -= own.max(axis=1, keepdims=True)
    chosen = own[np.arange(len(own)), rows.tokens[1:][counts]]
    return np.asarray(np.log(np.exp(own).sum(axis=1)) - chosen)
