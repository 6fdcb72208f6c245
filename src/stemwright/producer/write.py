"""Which notes the layers of a plan play: given ones, those of a take, the arranger's or the composer's.

The composer writes one layer after the other, in the order of the song's layers. It hears all scores that
stand and those that it wrote before in the plan; of layers that are still to come it hears nothing in the
bars that are to be written. So layers made together have the notes of layers made one by one, and a plan
that was stopped gives them again; what was finished is found in the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from stemwright.producer import bundles
from stemwright.producer.asked import Asked
from stemwright.producer.compose import fill_as
from stemwright.producer.filling import Gap
from stemwright.producer.players import playable
from stemwright.producer.seeds import layer_seed
from stemwright.producer.tasks import Job, Task
from stemwright.producer.wanted import COMPOSER, Wanted
from stemwright.producer.writers import OTHERWISE
from stemwright.song.layers import ordered
from stemwright.song.score import Score
from stemwright.work.progress import Watch

if TYPE_CHECKING:
    from stemwright.compose.composer.composer import Composer
    from stemwright.producer.plan import Plan
    from stemwright.song.document import LayerEntry, Song
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder


def write(folder: SongFolder, plan: Plan, watch: Watch) -> tuple[Job, ...]:
    """The plan's tasks with their notes. UsageError for a layer that its writer cannot write."""
    state = plan.song.state
    scores = _scores(folder, plan.song, state, [task.wanted for task in plan.tasks], watch)
    return tuple(_job(state, task, scores[task.wanted.layer]) for task in plan.tasks)


def _job(state: GlobalState, task: Task, score: Score) -> Job:
    from stemwright.store import cache_key

    within = playable(score, task.player)
    moved = len(set(score.notes) - set(within.notes))
    key = cache_key({"score": within.sha256, **task.player.key(state, task.wanted)})
    return Job(task.wanted, task.player, within, key, moved)


def _scores(
    folder: SongFolder, song: Song, state: GlobalState, wanted: Sequence[Wanted], watch: Watch
) -> dict[str, Score]:
    """The score of each layer wanted."""
    found = {
        want.layer: _ready(folder, song.layers[want.layer], state, want)
        for want in wanted
        if want.again or want.writer.name != COMPOSER
    }
    left = [want for want in wanted if want.layer not in found]
    standing = {**folder.scores(song), **found}
    return found | _composed(folder, state, standing, left, watch)


def compose_state(
    composer: Composer, state: GlobalState, layers: Sequence[str], seed: int
) -> dict[str, Score]:
    """Scores of layers as the composer writes them for a new song with this seed."""
    from stemwright.compose.arranger import decide

    decided = decide(state, seed)
    made: dict[str, Score] = {}
    for name in ordered(tuple(layers)):
        gap = Gap((name,), range(decided.bars))
        made[name] = _written(composer, decided, made, gap, layer_seed(seed, name, 1))
    return made


def _ready(folder: SongFolder, entry: LayerEntry, state: GlobalState, want: Wanted) -> Score:
    """The notes of a take, the given ones or the arranger's; outside an edit's bars, the old take's."""
    from stemwright.compose.arranger import arrange

    if want.again is not None:
        return folder.score(want.again.score_sha256, want.layer)
    if entry.score_sha256 is not None:
        fresh = folder.score(entry.score_sha256, want.layer)
    else:
        fresh = arrange(state, (want.layer,), want.seed).scores[want.layer]
    if want.edit is None:
        return fresh
    old = folder.score(want.edit.base.score_sha256, want.layer)
    start, end = want.edit.span.ticks(state)
    parts = (
        old.slice(0, start, shift=False),
        fresh.slice(start, end, shift=False),
        old.slice(end, state.total_ticks, shift=False),
    )
    return Score.from_notes(note for part in parts for note in part.notes)


def _composed(
    folder: SongFolder,
    state: GlobalState,
    standing: Mapping[str, Score],
    left: Sequence[Wanted],
    watch: Watch,
) -> dict[str, Score]:
    """The composer's scores. It is loaded where there is something to write, and not kept."""
    composer = cache(partial(bundles.composer, OTHERWISE))
    there, made = dict(standing), {}
    gaps = [_gap(want, left[number + 1 :], state) for number, want in enumerate(left)]
    total, done = sum(len(gap.bars) for gap in gaps), 0
    for want, gap in zip(left, gaps, strict=True):
        if want.edit is None:  # nothing stands of this layer, nor of those to come
            there = {name: score for name, score in there.items() if name not in gap.layers + gap.unheard}
        key = _key(state, there, gap, want)
        score = _remembered(folder, key, want.layer)
        if score is None:
            told = partial(_tell, watch, done, total)
            score = _written(composer(), state, there, gap, want.seed, told)
            sha = folder.objects.put("score", score.canonical_bytes())
            folder.cache.remember(key, {"layer": want.layer, "score": sha, "objects": [sha]})
        there[want.layer] = made[want.layer] = score
        done += len(gap.bars)
        watch("compose", done, total)
    return made


def _gap(want: Wanted, later: Sequence[Wanted], state: GlobalState) -> Gap:
    bars = want.edit.span.bars if want.edit else range(state.bars)
    return Gap((want.layer,), bars, unheard=tuple(other.layer for other in later))


def _written(
    composer: Composer,
    state: GlobalState,
    there: Mapping[str, Score],
    gap: Gap,
    seed: int,
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> Score:
    """The score of the gap's one layer, written as the composer likes."""
    (layer,) = gap.layers
    return fill_as(Asked(), composer, state, there, gap, seed, progress)[1][layer]


def _tell(watch: Watch, before: int, total: int, done: int, _: int) -> None:
    watch("compose", before + done, total)


def _remembered(folder: SongFolder, key: str, layer: str) -> Score | None:
    found = folder.cache.lookup(key)
    return None if found is None else folder.score(found["score"], layer)


def _key(state: GlobalState, there: Mapping[str, Score], gap: Gap, want: Wanted) -> str:
    from stemwright.compose.composer.drawing import COMPOSE_VERSION
    from stemwright.store import cache_key

    return cache_key(
        {
            "makes": "score",
            "compose": COMPOSE_VERSION,
            "bundle": want.writer.bundle_sha256,
            "state": state.to_json(),
            "layer": want.layer,
            "seed": want.seed,
            "bars": [gap.bars.start, gap.bars.stop],
            "standing": {name: score.sha256 for name, score in there.items()},
            "unheard": list(gap.unheard),
        }
    )
