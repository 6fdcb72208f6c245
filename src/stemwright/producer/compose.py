"""`compose`: the composer writes scores of layers, or some of their bars, to what stands in the song.

A layer that was given a score, here or by an import, keeps it: `generate` performs it, and takes what is
unchanged from the layer's last take. Bars that were not asked for keep every note.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError, argument
from stemwright.producer import bundles, details, lineage
from stemwright.producer.asked import NEW, Asked
from stemwright.producer.bars import Span, parse_bars
from stemwright.producer.casting import with_notes
from stemwright.producer.clock import Clock
from stemwright.producer.conflicts import require_clear
from stemwright.producer.details import ComposedScore
from stemwright.producer.filling import Gap, fill, outside
from stemwright.producer.players import usual_performer
from stemwright.producer.record import Act, commit, next_run
from stemwright.producer.seeds import check_seed, layer_seed
from stemwright.producer.standing import out_of_date, report
from stemwright.producer.workspace import writing
from stemwright.song.layers import is_drums, kind_of
from stemwright.song.piece import Piece
from stemwright.song.score import Note, Score
from stemwright.work.progress import Watch, shifted, unwatched

if TYPE_CHECKING:
    from stemwright.song.document import Song
    from stemwright.song.harmony import Chord
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder
    from stemwright.symbolic.composer.composer import Composer, Wishes

Range = tuple[int, int]
RESTS = {"drums": 1, "bass": 1, "harmony": 1, "lead": 2}
"""Bars that a part is silent on end at most, and never a whole song: in a band a part may rest for a minute,
but who asks for a layer wants to hear it.
"""


@dataclass(frozen=True, slots=True)
class Written(Piece):
    """The scores that are new of a song, the seed they came from, and the bars (from 0) in which they are
    new.
    """

    seed: int
    bars: range


def compose(path: Path, asked: Asked, watch: Watch = unwatched) -> dict[str, Any]:
    """Write scores into the song at `path`. UsageError, and nothing changed, where the request is wrong."""
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        with clock.stage("compose"):
            composer = bundles.composer()
            made = write(composer, song, folder.scores(song), asked, watch)
        written = {layer: _origins(folder, song, layer, made) for layer in made.scores}
        song = replace(song, state=made.state)
        for layer, score in made.scores.items():
            sha = folder.objects.put("score", score.canonical_bytes())
            song = song.with_layer(layer, song.layers[layer].with_score(sha))
        told = {
            name: ComposedScore(s.sha256, len(s.notes), composer.bundle.sha256, written[name])
            for name, s in made.scores.items()
        }
        shas = [score.sha256 for score in made.scores.values()]
        act = Act("compose", list(made.scores), seed=made.seed, made=shas, details=told)
        record = commit(folder, song, act, clock)
        stale = out_of_date(folder, song)
    return {
        "run": record["run"],
        "seed": made.seed,
        "seconds": record["seconds"],
        "layers": {name: _facts(score) for name, score in told.items()},
        **report(path, stale),
    }


def _facts(told: ComposedScore) -> dict[str, Any]:
    return {"score": told.score, "notes": told.notes, "composer": told.composer}


def chord_remarks(chords: str | None) -> dict[str, list[str]]:
    """`chart_remarks`: how the chords that were given were read, and what of their chart was passed over
    because the song has its own; nothing where none were given.
    """
    from stemwright.compose.implied import SAID, chart_remarks

    if chords is None or chords == NEW:
        return {}
    return {"chart_remarks": chart_remarks(chords, (*SAID, "form"))}


def _origins(folder: SongFolder, song: Song, layer: str, made: Written) -> details.Written:
    """Which run wrote each bar of a layer with new notes, as runs tell it."""
    bars = made.state.bars
    there = lineage.of_layer(folder, layer, song.layers[layer], bars)
    return lineage.to_json(lineage.with_bars(there, [next_run(folder)] * bars, made.bars))


def write(
    composer: Composer, song: Song, standing: Mapping[str, Score], asked: Asked, watch: Watch = unwatched
) -> Written:
    """What the composer writes for a request to the scores that stand; the song stays as it is."""
    names = with_notes(song, asked.layers)
    span = parse_bars(asked.bars, song.state) if asked.bars is not None else None
    seed = check_seed(asked.seed) if asked.seed is not None else layer_seed(song.seed, "compose", 1)
    state = _with_chords(song, asked, span)
    if span is not None:
        _require_whole(names, standing)
    roles = {song.role(name): name for name in names}
    heard = {song.role(name): score for name, score in standing.items()}
    gap = Gap(tuple(roles), span.bars if span else range(state.bars), asked.chords == NEW)
    told = partial(watch, "compose")
    filled, scores = fill_as(asked, composer, state, heard, gap, seed, told, _ranges(song, names))
    return Written(filled, {roles[role]: score for role, score in scores.items()}, seed, gap.bars)


def _ranges(song: Song, names: Sequence[str]) -> dict[str, Range]:
    """What the timbres of layers can play, by role, of those of which it is known."""
    found = {song.role(name): usual_performer(song.layers[name], name) for name in names}
    return {role: player.range for role, player in found.items() if player and player.range}


def _with_chords(song: Song, asked: Asked, span: Span | None) -> GlobalState:
    """The state with the chords that the user gives, else its own; decided where they were not yet."""
    from stemwright.compose.arranger import decide
    from stemwright.song.progression import parse_progression

    state = decide(song.state, song.seed)
    if asked.chords is None or asked.chords == NEW:
        return state
    if span is None:
        return state.with_(chords=parse_progression(asked.chords, state))
    given = parse_progression(asked.chords, state, span.bars)
    first, end = state.lines.beat(span.first - 1), state.lines.beat(span.last)
    return state.with_(chords=(*state.chords[:first], *given, *state.chords[end:]))


def _require_whole(names: Sequence[str], standing: Mapping[str, Score]) -> None:
    for name in names:
        if name not in standing:
            raise UsageError(f"{argument('bars')}: layer {name!r} has no score yet; compose it whole first")


def fill_as(
    asked: Asked,
    composer: Composer,
    state: GlobalState,
    standing: Mapping[str, Score],
    gap: Gap,
    seed: int,
    progress: Callable[[int, int], object] = lambda done, of: None,
    ranges: Mapping[str, Range] | None = None,
) -> tuple[GlobalState, dict[str, Score]]:
    """`filling.fill` as it is asked for; `ranges` as of `wishes`. The composer knows one meter: where that
    changes, each stretch of bars is written as a song of its own, with a seed of its own.
    """
    stretches = state.lines.stretches(state.bars)
    if len(stretches) == 1:
        wished = wishes(state, asked, gap.layers, standing, gap.bars, ranges)
        return fill(composer, state, standing, gap, seed, wished, progress)
    rest = parse_bars(asked.rest, state, "rest").bars if asked.rest is not None else range(0)
    scores = {name: list(outside(standing.get(name, Score()), gap.bars, state)) for name in gap.layers}
    chords: list[Chord | None] = []
    done = 0
    for stretch in stretches:
        part = state.slice(stretch.start, len(stretch))
        start, end = state.bar_tick(stretch.start), state.bar_tick(stretch.stop)
        bars = _within(stretch, gap.bars)
        if bars:
            silent = _within(stretch, rest)
            here = replace(asked, rest=f"{silent.start + 1}-{silent.stop}" if silent else None)
            there = {name: score.slice(start, end) for name, score in standing.items()}
            own = layer_seed(seed, f"bar {stretch.start}", 1) if stretch.start else seed
            told = shifted(progress, done, len(gap.bars))
            wished = wishes(part, here, gap.layers, there, bars, ranges)
            with _counted_from(stretch.start):
                part, fresh = fill(composer, part, there, replace(gap, bars=bars), own, wished, told)
            for name, score in fresh.items():
                notes = score.shifted(start).notes
                scores[name] += [note for note in notes if state.bar_of_tick(note.onset) in gap.bars]
            done += len(bars)
        chords += part.chords
    return state.with_(chords=tuple(chords)), {n: Score.from_notes(notes) for n, notes in scores.items()}


@contextmanager
def _counted_from(bar: int) -> Iterator[None]:
    """What is wrong with bars of a stretch says where they are counted from."""
    try:
        yield
    except UsageError as error:
        if not bar:
            raise
        said = f"{error.marked} (bars are counted from bar {bar + 1})"
        raise UsageError(said, error.field) from None


def _within(stretch: range, bars: range) -> range:
    """The bars that lie in a stretch, counted from its beginning."""
    first = max(stretch.start, bars.start)
    return range(first - stretch.start, max(first, min(stretch.stop, bars.stop)) - stretch.start)


def wishes(
    state: GlobalState,
    asked: Asked,
    names: Sequence[str],
    standing: Mapping[str, Score],
    bars: range,
    ranges: Mapping[str, Range] | None = None,
) -> Wishes:
    """How to write what is asked for in some bars. `ranges`: lowest and highest pitch that the timbres of
    layers can play.
    """
    import numpy as np

    from stemwright.symbolic.composer.composer import Wishes
    from stemwright.symbolic.composer.controls import CONTROLS, wished
    from stemwright.symbolic.composer.likeness import model_bars
    from stemwright.symbolic.composer.limits import AllLimits
    from stemwright.symbolic.events.vocabulary import PARTS, part_of

    parts = {name: part_of(name) for name in names}
    controls = None
    if asked.attributes:
        controls = np.full((len(PARTS), state.bars, len(CONTROLS)), np.nan, np.float32)
        for name, value in asked.attributes.items():
            number = wished(name, value)
            controls[list(parts.values()), :, CONTROLS.index(name)] = number
    limits = {
        name: _limits(state, asked, name, standing.get(name), bars, (ranges or {}).get(name))
        for name in names
    }
    require_clear(asked, limits)
    by_part = {PARTS[parts[name]]: limit for name, limit in limits.items()}
    rests = {PARTS.index(name): min(most, state.bars - 1) for name, most in RESTS.items()}
    return Wishes(AllLimits(by_part), controls, model_bars(state), rests=rests)


def _limits(
    state: GlobalState, asked: Asked, name: str, old: Score | None, bars: range, played: Range | None
) -> Any:
    """The limits of one layer, of which `bars` are written."""
    from stemwright.symbolic.composer.limits import usual

    notes = old.notes if old else ()
    stands = tuple(n for n in notes if state.bar_of_tick(n.onset) not in bars)
    kept = frozenset(n.onset for n in notes if state.bar_of_tick(n.onset) in bars)
    rhythm = kept if asked.keep_rhythm else None
    if rhythm is not None and old is None:
        raise UsageError(
            f"{argument('keep_rhythm')}: layer {name!r} has no score yet; compose it once without"
        )
    silent = (parse_bars(asked.rest, state, "rest").ticks(state),) if asked.rest is not None else ()
    own = usual(name, played)
    try:
        own = replace(own, rhythm=rhythm, silent=silent)
        if is_drums(name):
            return own
        return replace(
            own,
            low=own.low if asked.low is None else asked.low,
            high=own.high if asked.high is None else asked.high,
            scale=frozenset(state.key.pitch_classes) if asked.in_key else None,
            chord_on_beats=asked.on_chord,
            polyphony=asked.voices if asked.voices is not None else _voices(name, stands, rhythm or ()),
            stands=stands,
        )
    except UsageError as error:
        raise UsageError(f"layer {name!r}: {error.marked}", error.field) from None


def _voices(name: str, stands: Sequence[Note], rhythm: Collection[int]) -> int | None:
    """How many notes sound at once where nothing is said: in most layers one, but for a rhythm that is kept
    under notes that sound on.
    """
    if kind_of(name) == "harmony":
        return None
    held = [n for n in stands if rhythm and n.onset < min(rhythm) < n.end]
    return 1 + max((sum(tick < n.end for n in held) for tick in rhythm), default=0)
