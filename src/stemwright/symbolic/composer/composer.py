"""The composer at work: it writes the places of a draft that do not stand, token by token.

Some bars are written at a time (`views`), with the bars around them and bars to be like in view; of what the
network says (`hearing`) and the limits allow (`masks`) each token is drawn (`drawing`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stemwright.errors import UsageError
from stemwright.song.score import Note
from stemwright.symbolic.composer.chordless import hush, silenced
from stemwright.symbolic.composer.conditions import FEATURES, VERSION, Conditions, Floats, Tables, standing
from stemwright.symbolic.composer.draft import CHORDS, DRUMS, Draft, Place
from stemwright.symbolic.composer.drawing import SAMPLING, Draws
from stemwright.symbolic.composer.hearing import Hearing
from stemwright.symbolic.composer.leaning import Leaning
from stemwright.symbolic.composer.limits import AllLimits
from stemwright.symbolic.composer.masks import Frame, allowed
from stemwright.symbolic.composer.sequence import NOWHERE, WRITE, Rows, opened
from stemwright.symbolic.composer.views import next_run, view
from stemwright.symbolic.events.coding import bar_head
from stemwright.symbolic.events.grammar import Cursor
from stemwright.symbolic.events.vocabulary import PARTS, identity, token

if TYPE_CHECKING:
    from stemwright.models import Bundle
    from stemwright.native.engine import Engine

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Wishes:
    """How to write. `controls` [parts, bars, controls] (`conditions`); `like`: bar -> the bar to be like;
    `human`: parts whose notes may lie beside the grid; `rests`: part -> the bars that it may be silent on
    end, where its limits leave it a note; `sampling`: see SAMPLING.
    """

    limits: AllLimits = field(default_factory=AllLimits)
    controls: Floats | None = None
    like: Mapping[int, int] = field(default_factory=dict)
    sampling: Mapping[str, tuple[float, float]] = field(default_factory=lambda: SAMPLING)
    human: frozenset[int] = frozenset({DRUMS})
    rests: Mapping[int, int] = field(default_factory=dict)


class Composer:
    """A composer's bundle, ready to write."""

    def __init__(self, bundle: Bundle, engine: Engine) -> None:
        self.bundle, self.engine = bundle, engine

    @classmethod
    def load(cls, bundle: Bundle, threads: int = 1) -> Composer:
        """The composer of a bundle. UsageError where it speaks other events than this version."""
        from stemwright.native.engine import Engine

        config = dict(bundle.manifest.architecture)
        version = bundle.manifest.conditioning_version
        if config.pop("events", None) != identity() or (config["features"], version) != (FEATURES, VERSION):
            raise UsageError(
                f"{bundle.path}: made for other events or conditions: update stemwright or train it again"
            )
        return cls(bundle, Engine(config, bundle.tensors(), threads=threads))

    def write(
        self,
        draft: Draft,
        places: Collection[Place],
        seed: int,
        wishes: Wishes | None = None,
        progress: Progress = lambda done, of: None,
    ) -> None:
        """Write `places` of a draft, which may stand already and are written anew. `progress` hears how many
        bars are done, and of how many. UsageError where the limits leave no note for a place that needs one.
        """
        chosen = wishes or Wishes()
        for part, bar in places:
            if part != CHORDS:
                draft.notes[part][bar] = None
            else:
                draft.chords[bar] = None
            draft.told.pop((part, bar), None)
        tables = Tables(draft)
        left, total = list(places), len({bar for _, bar in places})
        while left:
            run = next_run(draft, left)
            self._write_run(draft, tables, [p for p in left if p[1] in run], run, seed, chosen)
            left = [p for p in left if p[1] not in run]
            progress(total - len({bar for _, bar in left}), total)
        if any(part == CHORDS for part, _ in places):
            hush(draft, places)

    def _write_run(
        self,
        draft: Draft,
        tables: Tables,
        places: Sequence[Place],
        run: Sequence[int],
        seed: int,
        wishes: Wishes,
    ) -> None:
        """Write the places of a few neighbouring bars."""
        window, like = view(draft, run, [wishes.like[bar] for bar in run if bar in wishes.like])
        conditions = Conditions(tables, standing(draft), window[0], wishes.controls, wishes.like)
        hearing = Hearing(self.engine, conditions)
        hearing.hear(opened(draft, window, like).rows())
        for bar in run:
            hearing.hear(_forced(bar_head(draft.state, bar), bar))
            for part in sorted(part for part, b in places if b == bar):
                cursor = self._write_place(hearing, draft, (part, bar), seed, wishes)
                draft.write((part, bar), cursor)
                tables.take(draft, (part, bar))
                hearing.hear(_forced([token("end")], bar))

    def _write_place(self, hearing: Hearing, draft: Draft, place: Place, seed: int, wishes: Wishes) -> Cursor:
        """Draw a part's bar until it ends; its `end` is not yet heard."""
        part = place[0]
        cursor = Cursor(part, draft.state.key)
        frame = _frame(draft, place, wishes)
        leaning = Leaning(
            None if wishes.controls is None else wishes.controls[place],
            draft.state.key.tonic_pc,
            draft.state.meter,
        )
        draws = Draws(seed, place, wishes.sampling, self.engine.isa, leaning)
        has_to_play = _has_rested(draft, place, wishes.rests.get(part, draft.state.bars))
        number = token("part", part)
        while True:  # masks.MAX_NOTES ends every bar
            logits = hearing.say(number, place, cursor)
            mask = allowed(cursor, frame)
            if has_to_play and not cursor.notes and np.count_nonzero(mask) > 1:
                mask[token("end")] = False
            number = draws.pick(logits, mask)
            cursor.feed(number)
            if cursor.done:
                return cursor


def _has_rested(draft: Draft, place: Place, bars: int) -> bool:
    """Whether a part has been silent throughout so many bars before a place."""
    part, bar = place
    if part == CHORDS or bar < bars:
        return False
    start = (bar - bars) * draft.state.meter.ticks_per_bar
    before = draft.notes[part][:bar]
    sounds = any(note.end > start for notes in before for note in notes or ())
    return not sounds and None not in before[bar - bars :]


def _frame(draft: Draft, place: Place, wishes: Wishes) -> Frame:
    part, bar = place
    state = draft.state
    start = bar * state.meter.ticks_per_bar
    held: tuple[Note, ...] = ()
    if part != CHORDS:
        before = [n for notes in draft.notes[part][max(0, bar - 4) : bar] for n in notes or ()]
        held = tuple(n for n in before if n.end > start)
    return Frame(
        part,
        start,
        state.meter.ticks_per_bar,
        state.meter.ticks_per_beat,
        state.total_ticks,
        draft.chords[bar] or (),
        held,
        silenced(wishes.limits.of(PARTS[part]), draft, place),
        part in wishes.human,
    )


def _forced(tokens: Sequence[int], bar: int) -> Rows:
    """Rows of the write area that belong to no part."""
    size = len(tokens)
    area, bars, part, tick = (np.full(size, value, np.int32) for value in (WRITE, bar, NOWHERE, 0))
    return Rows(np.array(tokens, np.int32), area, bars, part, tick, np.zeros(size, bool))


def load(path: Path) -> Composer:
    """The composer of a bundle's folder."""
    from stemwright.models import load_bundle

    return Composer.load(load_bundle(path, kind="composer"))
