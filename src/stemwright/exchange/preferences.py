"""How near the chords of songs in a style are to those that a user writes.

A model of which chord follows which (Witten-Bell bigram, root above the tonic and class of quality) is
counted over songs whose chords a style wrote, and told how surprising the changes of files are that the style
was not learnt from: nats a change, lower is nearer. Beside it two controls: songs in the shipped style that
the learnt one is like, written in the same keys, forms and seeds, and the user's other files themselves,
which nobody can be expected to beat.
"""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.compose.chords import compose_chords
from stemwright.compose.learning.learn import learn
from stemwright.compose.style import Style
from stemwright.compose.stylebook.reading import parse
from stemwright.compose.styles import style_of
from stemwright.evaluation.symbolic import progressions
from stemwright.evaluation.symbolic.ngram import NGram
from stemwright.song.piece import Piece
from stemwright.song.state import GlobalState

ONE_IN = 4
"""Of so many files one is held out; fewer are not measured."""
SEEDS = 4
"""Songs that are written for each file that is learnt from."""
ORDER = 2


def surprise(written: Sequence[GlobalState], held: Sequence[GlobalState]) -> float:
    """Nats a change of chords of the `held` songs under the changes of those `written`."""
    model = NGram([progressions.sequence(state) for state in written], progressions.SIZE, ORDER)
    losses = [loss for state in held for loss in model.losses(progressions.sequence(state))[1:]]
    return float(sum(losses) / max(1, len(losses)))


def preferences(pieces: Sequence[Piece]) -> dict[str, float | int | str] | None:
    """What was learnt of a user's chords, by files held out: nats a change with the style learnt from the
    others ("learnt"), with the shipped one that it is like ("before"), and with the other files themselves
    ("own"). None where there are too few files.
    """
    held = [piece.state for piece in pieces[::ONE_IN] if piece.state.chords]
    others = [piece for number, piece in enumerate(pieces) if number % ONE_IN and piece.state.chords]
    if len(pieces) < ONE_IN or not held or not others:
        return None
    found = learn(others, "held out")
    style, _ = parse("my-style", found.text.encode("utf-8"))
    states = [piece.state for piece in others]
    return {
        "files": len(held),
        "changes": sum(len(progressions.sequence(state)) - 1 for state in held),
        "like": found.like,
        "before": round(surprise(_written(states, style_of(found.like)), held), 3),
        "learnt": round(surprise(_written(states, style), held), 3),
        "own": round(surprise(states, held), 3),
    }


def _written(states: Sequence[GlobalState], style: Style) -> list[GlobalState]:
    """Songs of these keys and forms with the chords that a style has for them."""
    bare = [state.with_(chords=(), rhythm=None) for state in states]
    return [
        state.with_(chords=compose_chords(state, style, seed * len(bare) + number))
        for seed in range(SEEDS)
        for number, state in enumerate(bare)
    ]


def line(found: dict[str, float | int | str] | None) -> str:
    """What a user should hear of it."""
    if found is None:
        return f"what it learnt of your chords is measured from {ONE_IN} files on"
    return (
        f"your chords in {found['files']} files held out, nats a change: {found['before']:.2f} by songs in "
        f"{found['like']}, {found['learnt']:.2f} by songs in what was learnt from the others, "
        f"{found['own']:.2f} by these themselves"
    )
