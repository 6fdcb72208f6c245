"""Held-out figures of a companion: nats an event by part, beside the bigram's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stemwright.models.companion_tensors import PARTS
from stemwright.training.companion.bigram import Bigram
from stemwright.training.companion.event_sequence import Sequence, plain_view, sequence_of
from stemwright.training.companion.lanes import joined
from stemwright.training.companion.model import CompanionModel, known_in, tensors
from stemwright.training.companion.note_arrays import Table, Whole

ORDER = "tvip"
"""The order in which the figures' parts are decided: when, on or off and how loud, who, what."""
LONGEST = 768
_ROWS = 16
_KNOWN = {
    "chain": known_in(ORDER),
    "alone": torch.zeros(4, 4, dtype=torch.bool),
    "last": ~torch.eye(4, dtype=torch.bool),
}
"""What a head is told: the parts before its own in `ORDER`, none, all others."""


def chosen(pieces: Iterable[Table], songs: int) -> list[Table]:
    """About `songs` pieces, spread evenly over those of each source, as many of each source as there are."""
    by: dict[str, list[Table]] = {}
    for piece in pieces:
        by.setdefault(piece.source, []).append(piece)
    out: list[Table] = []
    for _, family in sorted(by.items()):
        share = min(len(family), -(-songs // len(by)))
        out += [family[at] for at in np.linspace(0, len(family) - 1, share).round().astype(int).tolist()]
    return out


def heard(pieces: Iterable[Table]) -> list[tuple[str, Sequence]]:
    """(source, first events) of pieces as they are."""
    out = []
    for number, piece in enumerate(pieces):
        rng = np.random.default_rng([0, number])
        out.append((piece.source, shortened(sequence_of(piece, plain_view(piece, rng), rng), LONGEST)))
    return out


def shortened(song: Sequence, count: int) -> Sequence:
    """The first `count` events of a song."""
    end = min(count, len(song.events))
    return Sequence(song.events[:end], song.held[: song.at[end]], song.at[: end + 1])


@torch.no_grad()
def nats(model: CompanionModel, songs: list[Sequence], known: Tensor) -> list[list[float]]:
    """Sums of nats by part, and the number of events, of each song."""
    out: list[list[float]] = []
    for start in range(0, len(songs), _ROWS):
        rows = songs[start : start + _ROWS]
        length = max(len(song.events) for song in rows) - 1
        batch = joined([[(song, 0, len(song.events))] for song in rows], length)
        events, held, at, counts = tensors(batch)
        context, _ = model.hear(events[:, :-1], held, at, model.start(len(rows)))
        losses = model.losses(context, events[:, 1:], known) * counts[..., None]
        for row, number in zip(losses.sum(1).tolist(), counts.sum(1).tolist(), strict=True):
            out.append([*row, number])
    return out


def means(sums: list[list[float]]) -> list[float]:
    """Nats an event by part, from sums of songs."""
    total = np.array(sums).sum(0)
    return [float(x) for x in total[:-1] / max(1.0, total[-1])]


def figures(model: CompanionModel, songs: list[tuple[str, Sequence]], train: list[Whole]) -> dict[str, Any]:
    """Nats an event by part (the lower the better): the model's chain, each part told nothing of its own
    event, each told all others; the bigram's chain; the chain by source."""
    every = [song for _, song in songs]
    bigram = Bigram(ORDER, train)
    sums = {name: nats(model, every, known) for name, known in _KNOWN.items()}
    rows = {name: means(found) for name, found in sums.items()}
    rows["bigram"] = bigram.nats([song.events for song in every])
    by: dict[str, Any] = {}
    for source in sorted({name for name, _ in songs}):
        mine = [n for n, (name, _) in enumerate(songs) if name == source]
        by[source] = {
            "events": sum(int(sums["chain"][n][-1]) for n in mine),
            "chain": named(means([sums["chain"][n] for n in mine])),
            "bigram": named(bigram.nats([every[n].events for n in mine])),
        }
    return {
        "order": ORDER,
        "songs": len(songs),
        "events": int(sum(row[-1] for row in sums["chain"])),
        **{name: named(row) for name, row in rows.items()},
        "by_source": by,
    }


def named(row: list[float]) -> Mapping[str, float]:
    """Parts by name, rounded, and their sum."""
    return {part: round(x, 4) for part, x in zip(PARTS, row, strict=True)} | {"all": round(sum(row), 4)}
