"""Which notes the layers of a plan play: given ones, those of a take, the arranger's or the composer's.

The composer writes one layer after the other, in the order of the song's layers. It hears all scores that
stand and those that it wrote before in the plan; of layers that are still to come it hears nothing in the
bars that are to be written. So layers made together have the notes of layers made one by one, and a plan
that was stopped gives them again; what was finished is found in the journal.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

from stemwright.producer import bundles
from stemwright.producer.asked import Asked
from stemwright.producer.compose import fill_as
from stemwright.producer.filling import Gap
from stemwright.producer.players import Sampler, playable
from stemwright.producer.seeds import layer_seed
from stemwright.producer.tasks import Job, Task
from stemwright.producer.wanted import COMPOSER, Wanted
from stemwright.producer.writers import OTHERWISE
from stemwright.song.layers import AUDIO, kind_of, ordered
from stemwright.song.score import Note, Score
from stemwright.work.progress import Watch, shifted

if TYPE_CHECKING:
    from stemwright.producer.plan import Plan
    from stemwright.song.document import LayerEntry, Song
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder
    from stemwright.symbolic.composer.composer import Composer


def write(folder: SongFolder, plan: Plan, watch: Watch) -> tuple[Job, ...]:
    """The plan's tasks with their notes. UsageError for a layer that its writer cannot write."""
    state = plan.song.state
    scores = _scores(folder, plan.song, state, plan.tasks, watch)
    return tuple(_job(state, task, scores[task.wanted.layer]) for task in plan.tasks)


@dataclass(frozen=True, slots=True)
class Ready:
    """What a task plays. `moved`: how many notes lie elsewhere than written, for its player's range."""

    score: Score
    moved: int


def _job(state: GlobalState, task: Task, ready: Ready) -> Job:
    from stemwright.store import cache_key

    score = playable(ready.score, task.player)
    key = cache_key({"score": score.sha256, **task.player.key(state, task.wanted)})
    return Job(task.wanted, task.player, score, key, ready.moved + _moved(ready.score, score))


def _moved(written: Score, played: Score) -> int:
    return len(set(written.notes) - set(played.notes))


def _scores(
    folder: SongFolder, song: Song, state: GlobalState, tasks: Sequence[Task], watch: Watch
) -> dict[str, Ready]:
    """The notes of each layer wanted."""
    band = _Band(folder, song, state)
    own = [task for task in tasks if task.wanted.again or task.wanted.writer.name != COMPOSER]
    found: dict[str, Ready] = {}
    for task in sorted(own, key=lambda task: band.listens(task.wanted.layer)):
        found[task.wanted.layer] = _ready(folder, song.layers[task.wanted.layer], task, band)
        band.heard[task.wanted.role] = found[task.wanted.layer].score
    left = [task for task in tasks if task.wanted.layer not in found]
    standing = folder.scores(song) | {layer: ready.score for layer, ready in found.items()}
    heard = {song.role(name): score for name, score in standing.items()}
    composed = _composed(folder, state, heard, left, watch)
    return found | {layer: Ready(score, 0) for layer, score in composed.items()}


class _Band:
    """The layers of a song as its parts hear each other. `heard`: by role, what was made in this plan."""

    def __init__(self, folder: SongFolder, song: Song, state: GlobalState) -> None:
        self.state = state
        self.roles = tuple(song.roles.values())
        self.heard: dict[str, Score] = {}
        self._folder, self._song = folder, song

    def listens(self, layer: str) -> bool:
        """Whether a layer is written to what others play."""
        from stemwright.compose.arranger import is_companion

        return is_companion(self._song.role(layer), self.roles)

    def others(self) -> dict[str, Score]:
        """What the layers play that are written to no other, by role: what was made just now or stands, else
        what the arranger will write of them. So parts made before these, with or after them are the same.
        """
        for name, entry in self._song.layers.items():
            role = self._song.role(name)
            if role in self.heard or self.listens(name) or kind_of(role) == AUDIO:
                continue
            if entry.score_in_use is not None:
                self.heard[role] = self._folder.score(entry.score_in_use, name)
            else:
                self.heard[role] = self.written(role, layer_seed(self._song.seed, name, entry.next_take))
        named = self._song.roles.items()
        return {
            role: self.heard[role] for name, role in named if role in self.heard and not self.listens(name)
        }

    def written(self, role: str, seed: int) -> Score:
        """What the arranger writes of a layer."""
        from stemwright.compose.arranger import arrange, is_companion

        heard = self.others() if is_companion(role, self.roles) else {}
        return arrange(self.state, (role,), seed, self._song.variation, heard, self.roles).scores[role]


def compose_state(
    composer: Composer, state: GlobalState, layers: Sequence[str], seed: int
) -> dict[str, Score]:
    """Scores of layers as the composer writes them for a new song with this seed."""
    from stemwright.compose.arranger import decide

    decided = decide(state, seed)
    made: dict[str, Score] = {}
    for name in ordered(tuple(layers)):
        gap = Gap((name,), range(decided.bars))
        made[name] = _filled(composer, decided, made, gap, layer_seed(seed, name, 1))
    return made


def _ready(folder: SongFolder, entry: LayerEntry, task: Task, band: _Band) -> Ready:
    """The notes of a take, the given ones or the arranger's, within what the player can play; outside an
    edit's bars, the old take's.
    """
    want, state = task.wanted, band.state
    written = _written(folder, entry, want, band)
    played = playable(written, task.player)
    if want.edit is None:
        return Ready(played, _moved(written, played))
    if want.again is not None:  # performed anew in some bars, not written
        return Ready(played, _moved(written, played))
    old = folder.score(want.edit.base.score_sha256, want.layer)
    spans = [span.ticks(state) for span in want.edit.spans]
    kept = _cut(old, _around(spans, state.total_ticks))
    fresh = _ringing(played, spans, [note.onset for note in kept.notes] + [state.total_ticks])
    score = Score.from_notes([*kept.notes, *fresh.notes])
    return Ready(score, _moved(Score(tuple(_begun(written, spans))), Score(tuple(_begun(played, spans)))))


def _cut(score: Score, spans: Sequence[tuple[int, int]]) -> Score:
    """The notes that begin in spans of ticks, each ending with its span at the latest."""
    return Score.from_notes(note for span in spans for note in score.slice(*span, shift=False).notes)


def _begun(score: Score, spans: Sequence[tuple[int, int]]) -> list[Note]:
    """The notes that begin in spans of ticks, as long as they are."""
    return [note for note in score.notes if any(start <= note.onset < end for start, end in spans)]


def _ringing(score: Score, spans: Sequence[tuple[int, int]], onsets: Sequence[int]) -> Score:
    """The notes that begin in spans of ticks, ringing on until something begins after their span (`onsets`,
    upwards): a chord that comes early sounds into the next bar.
    """
    found = []
    for start, end in spans:
        after = onsets[bisect_left(onsets, end)]
        found += [
            replace(note, duration=min(note.duration, max(end, after) - note.onset))
            for note in _begun(score, [(start, end)])
        ]
    return Score.from_notes(found)


def _around(spans: Sequence[tuple[int, int]], end: int) -> list[tuple[int, int]]:
    """The spans of ticks before, between and after others."""
    edges = [0, *(tick for span in spans for tick in span), end]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _written(folder: SongFolder, entry: LayerEntry, want: Wanted, band: _Band) -> Score:
    if want.again is not None:
        return folder.score(want.again.score_sha256, want.layer)
    if entry.score_sha256 is not None:
        return folder.score(entry.score_sha256, want.layer)
    return band.written(want.role, want.seed)


def _composed(
    folder: SongFolder,
    state: GlobalState,
    standing: Mapping[str, Score],
    left: Sequence[Task],
    watch: Watch,
) -> dict[str, Score]:
    """The composer's scores, by layer; `standing`: by role. It is loaded where there is something to write,
    and not kept.
    """
    composer = cache(partial(bundles.composer, OTHERWISE))
    there, made = dict(standing), {}
    gaps = [_gap(task.wanted, left[number + 1 :], state) for number, task in enumerate(left)]
    total, done = sum(len(gap.bars) for gap in gaps), 0
    for task, gap in zip(left, gaps, strict=True):
        want = task.wanted
        if want.edit is None:  # nothing stands of this layer, nor of those to come
            there = {name: score for name, score in there.items() if name not in gap.layers + gap.unheard}
        key = _key(state, there, gap, task)
        score = _remembered(folder, key, want.layer)
        if score is None:
            told = shifted(partial(watch, "compose"), done, total)
            score = _filled(composer(), state, there, gap, want.seed, _range(task), told)
            sha = folder.objects.put("score", score.canonical_bytes())
            folder.cache.remember(key, {"layer": want.layer, "score": sha, "objects": [sha]})
        there[want.role] = made[want.layer] = score
        done += len(gap.bars)
        watch("compose", done, total)
    return made


def _range(task: Task) -> tuple[int, int] | None:
    """The lowest and the highest pitch that a task's player is known to play."""
    return None if isinstance(task.player, Sampler) else task.player.range


def _gap(want: Wanted, later: Sequence[Task], state: GlobalState) -> Gap:
    bars = range(state.bars) if want.edit is None else range(want.edit.bars[0], want.edit.bars[-1] + 1)
    return Gap((want.role,), bars, unheard=tuple(other.wanted.role for other in later))


def _filled(
    composer: Composer,
    state: GlobalState,
    there: Mapping[str, Score],
    gap: Gap,
    seed: int,
    played: tuple[int, int] | None = None,
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> Score:
    """The score of the gap's one layer, written as the composer likes, within what is `played`."""
    (layer,) = gap.layers
    ranges = {layer: played} if played else None
    return fill_as(Asked(), composer, state, there, gap, seed, progress, ranges)[1][layer]


def _remembered(folder: SongFolder, key: str, layer: str) -> Score | None:
    found = folder.cache.lookup(key)
    return None if found is None else folder.score(found["score"], layer)


def _key(state: GlobalState, there: Mapping[str, Score], gap: Gap, task: Task) -> str:
    from stemwright.store import cache_key
    from stemwright.symbolic.composer.drawing import COMPOSE_VERSION

    want, played = task.wanted, _range(task)
    return cache_key(
        {
            **({"range": played} if played else {}),
            "makes": "score",
            "compose": COMPOSE_VERSION,
            "bundle": want.writer.bundle_sha256,
            "state": state.to_json(),
            "layer": want.role,
            "seed": want.seed,
            "bars": [gap.bars.start, gap.bars.stop],
            "standing": {name: score.sha256 for name, score in there.items()},
            "unheard": list(gap.unheard),
        }
    )
