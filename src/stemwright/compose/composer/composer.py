"""The composer at work: it writes the places of a draft that do not stand, token by token.

Some bars are written at a time, with the bars around them and bars to be like in view. Every token is drawn
with a number that belongs to the seed, the part, the bar and the token alone, so what is asked elsewhere in
the song moves nothing by itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stemwright.compose.composer.conditions import FEATURES, VERSION, Conditions, Floats, Tables, standing
from stemwright.compose.composer.draft import CHORDS, DRUMS, Draft, Place
from stemwright.compose.composer.hearing import Hearing
from stemwright.compose.composer.limits import AllLimits
from stemwright.compose.composer.masks import Frame, allowed
from stemwright.compose.composer.sequence import NOWHERE, WRITE, Rows, opened
from stemwright.compose.events.coding import bar_head
from stemwright.compose.events.grammar import Cursor
from stemwright.compose.events.vocabulary import PARTS, SIZE, event, identity, span, token
from stemwright.errors import StemwrightError, UsageError
from stemwright.song.score import Note

if TYPE_CHECKING:
    from stemwright.models import Bundle
    from stemwright.native.engine import Engine

COMPOSE_VERSION = 3
"""Raised whenever the same bundle, request and seed give other notes than before."""
SAMPLING = {
    "position": (1.0, 0.99),
    "pitch": (0.95, 0.95),
    "drum": (1.0, 0.98),
    "velocity": (1.0, 0.98),
    "duration": (1.0, 0.98),
}
"""Kind of token -> temperature and share of the likeliest (top-p) with which its value is drawn. Kinds are
drawn as the network has them: with a lower temperature, or the likeliest alone, bars would end too soon, for
the end is one token and another note is any of many.
"""
MOST_BARS, VIEW, PLACE = 16, 960, 24
"""Bars that are written before the view moves on: so many at most, and no more than fit into VIEW tokens with
what else is in view, what stands in them and about PLACE for each place that is written."""
BEFORE, AFTER, LIKE = 240, 120, 120
"""Tokens of bars before those to be written, after them, and to be like, that are in view."""

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
        part, bar = place
        cursor = Cursor(part, draft.state.key)
        frame = _frame(draft, place, wishes)
        draws = _Draws(seed, part, bar)
        has_to_play = _has_rested(draft, place, wishes.rests.get(part, draft.state.bars))
        number = token("part", part)
        while True:  # masks.MAX_NOTES ends every bar
            logits = hearing.say(number, place, cursor)
            mask = allowed(cursor, frame)
            if has_to_play and not cursor.notes and np.count_nonzero(mask) > 1:
                mask[token("end")] = False
            number = draws.pick(logits, mask, wishes, self.engine.isa, place)
            cursor.feed(number)
            if cursor.done:
                return cursor


class _Draws:
    """The random numbers of a place, one a token."""

    def __init__(self, seed: int, part: int, bar: int) -> None:
        digest = hashlib.sha256(f"compose {COMPOSE_VERSION} {seed} {part} {bar}".encode()).digest()
        self.key = [int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")]
        self.count = 0

    def pick(self, logits: np.ndarray, mask: np.ndarray, wishes: Wishes, isa: str, place: Place) -> int:
        """One of the tokens that may come: first its kind, as likely as it is, then its value."""
        from stemwright.native import _engine

        may = np.flatnonzero(mask[:SIZE])
        self.count += 1
        if len(may) == 0:
            part, bar = place
            raise UsageError(
                f"{PARTS[part]}, bar {bar + 1}: the limits leave no note that could be written; widen them"
            )
        words = _engine.philox4x32([self.count, 0, 0, 0], self.key)
        number = _drawn(logits, may, (1.0, 1.0), words[0], isa)
        kind = event(number).kind
        if kind not in wishes.sampling:
            return number
        there = span(kind)
        alike = may[(may >= there.start) & (may < there.stop)]
        return _drawn(logits, alike, wishes.sampling[kind], words[1], isa)


def _drawn(logits: np.ndarray, may: np.ndarray, how: tuple[float, float], word: int, isa: str) -> int:
    """One of some tokens, with a temperature and of the likeliest."""
    from stemwright.native import _engine

    if len(may) == 1:
        return int(may[0])
    uniform = np.array([word / 2.0**32])
    picked = _engine.pick(np.ascontiguousarray(logits[may]), how[0], len(may), how[1], uniform, isa)[0]
    if picked < 0:
        raise StemwrightError("composer: its weights gave no finite numbers; get the bundle again")
    return int(may[picked])


def next_run(draft: Draft, places: Collection[Place]) -> range:
    """The neighbouring bars, from the first of the places on, that are written with one view."""
    counts = Counter(bar for _, bar in places)
    first = min(counts)
    left = VIEW - AFTER - LIKE - _tokens(draft, _fitting(draft, range(first - 1, -1, -1), BEFORE))
    run = range(first, first)
    while run.stop in counts and len(run) < MOST_BARS:
        left -= _size(draft, run.stop) + PLACE * counts[run.stop]
        if left < 0 and run:
            break
        run = range(first, run.stop + 1)
    return run


def view(draft: Draft, run: Sequence[int], like: Sequence[int]) -> tuple[list[int], list[int]]:
    """The bars around a run that are in view, in order, and those to be like."""
    before = _fitting(draft, range(run[0] - 1, -1, -1), BEFORE)
    after = _fitting(draft, range(run[-1] + 1, draft.state.bars), AFTER)
    window = [*reversed(before), *run, *after]
    return window, [bar for bar in _fitting(draft, like, LIKE) if bar not in window]


def _fitting(draft: Draft, bars: Sequence[int] | range, most: int) -> list[int]:
    """Bars in this order until their tokens are too many."""
    out, left = [], most
    for bar in bars:
        left -= _size(draft, bar)
        if left < 0:
            break
        out.append(bar)
    return out


def _has_rested(draft: Draft, place: Place, bars: int) -> bool:
    """Whether a part has been silent throughout so many bars before a place."""
    part, bar = place
    if part == CHORDS or bar < bars:
        return False
    start = (bar - bars) * draft.state.meter.ticks_per_bar
    before = draft.notes[part][:bar]
    sounds = any(note.end > start for notes in before for note in notes or ())
    return not sounds and None not in before[bar - bars :]


def _tokens(draft: Draft, bars: Iterable[int]) -> int:
    return sum(_size(draft, bar) for bar in bars)


def _size(draft: Draft, bar: int) -> int:
    """Tokens of what stands in a bar."""
    return 2 + sum(len(draft.tokens((p, bar))[0]) for p in draft.parts if draft.stands((p, bar)))


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
        wishes.limits.of(PARTS[part]),
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
