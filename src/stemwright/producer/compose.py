"""`compose`: the composer writes scores of layers, or some of their bars, to what stands in the song.

A layer's new score wins over the arranger's, as an imported one does; the layer has then to be performed
again (`generate`), which takes what is unchanged from its last take. Bars that were not asked for keep every
note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError
from stemwright.producer import bundles
from stemwright.producer.bars import Span, parse_bars
from stemwright.producer.clock import Clock
from stemwright.producer.commit import Act, commit
from stemwright.producer.progress import Watch, unwatched
from stemwright.producer.seeds import check_seed, layer_seed
from stemwright.producer.workspace import writing
from stemwright.song.layers import is_drums
from stemwright.song.score import Score

if TYPE_CHECKING:
    from stemwright.compose.composer.composer import Composer, Wishes
    from stemwright.compose.composer.draft import Draft, Place
    from stemwright.song.document import Song
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

NEW = "new"
"""`chords` that are to be written too."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked the composer for. `layers` empty: all. `bars`: "5-8". `chords`: a progression for
    these bars, or NEW. `attributes`: name of `compose.attributes` -> value. `low`, `high`: pitches.
    `in_key`: only notes of the key; `on_chord`: chord tones on beats; `voices`: notes at once;
    `keep_rhythm`: onsets as they are.
    """

    layers: tuple[str, ...] = ()
    bars: str | None = None
    seed: int | None = None
    chords: str | None = None
    attributes: Mapping[str, float] = field(default_factory=dict)
    low: int | None = None
    high: int | None = None
    in_key: bool = False
    on_chord: bool = False
    voices: int | None = None
    keep_rhythm: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A song with new scores: its state, the scores that are new, and the seed they came from."""

    state: GlobalState
    scores: dict[str, Score]
    seed: int


def compose(path: Path, asked: Asked, watch: Watch = unwatched) -> dict[str, Any]:
    """Write scores into the song at `path`. UsageError, and nothing changed, where the request is wrong."""
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        with clock.stage("compose"):
            made = write(folder, song, asked, watch)
        song = replace(song, state=made.state)
        for layer, score in made.scores.items():
            sha = folder.objects.put("score", score.canonical_bytes())
            song = song.with_layer(layer, replace(song.layers[layer], score_sha256=sha, take=None))
        details = {name: {"score": s.sha256, "notes": len(s.notes)} for name, s in made.scores.items()}
        shas = [score.sha256 for score in made.scores.values()]
        act = Act("compose", list(made.scores), seed=made.seed, made=shas, details=details)
        record = commit(folder, song, act, clock)
    return {"run": record["run"], "seed": made.seed, "seconds": record["seconds"], "layers": details}


def write(folder: SongFolder, song: Song, asked: Asked, watch: Watch = unwatched) -> Written:
    """What the composer writes for a request; the song stays as it is."""
    from stemwright.compose.composer.draft import CHORDS

    names = _names(song, asked.layers)
    span = parse_bars(asked.bars, song.state) if asked.bars is not None else None
    bars = range(span.first - 1, span.last) if span else range(song.state.bars)
    seed = check_seed(asked.seed) if asked.seed is not None else layer_seed(song.seed, "compose", 1)
    state = _with_chords(song, asked, span)
    there = standing(folder, song)
    draft, parts = _draft(state, there, names)
    if span is not None:
        _require_whole(names, there)
    chords = asked.chords == NEW
    places: list[Place] = [(parts[name], bar) for name in names for bar in bars]
    places += [(CHORDS, bar) for bar in bars if chords]
    wishes = _wishes(state, asked, names, parts, there)
    composer = bundles.composer()
    composer.write(draft, places, seed, wishes, lambda done, of: watch("compose", done, of))
    if chords:
        beats = tuple(chord for bar in draft.chords for chord in (bar or ()))
        state = state.with_(chords=beats)
    scores = {name: _merged(there.get(name), draft, parts[name], bars, state) for name in names}
    return Written(state, scores, seed)


def compose_state(
    composer: Composer, state: GlobalState, layers: Sequence[str], seed: int
) -> dict[str, Score]:
    """Whole scores of layers as a new song would have them, where nothing stands yet."""
    from stemwright.compose.arranger import decide

    decided = decide(state, seed)
    draft, parts = _draft(decided, {}, layers)
    bars = range(decided.bars)
    places = [(parts[name], bar) for name in layers for bar in bars]
    composer.write(draft, places, seed, _wishes(decided, Asked(), layers, parts, {}))
    return {name: _merged(None, draft, parts[name], bars, decided) for name in layers}


def _names(song: Song, layers: Sequence[str]) -> list[str]:
    for name in layers:
        song.layer(name)
    return [name for name in song.layers if not layers or name in layers]


def _with_chords(song: Song, asked: Asked, span: Span | None) -> GlobalState:
    """The state with the chords that the user gives, else its own; decided where they were not yet."""
    from stemwright.compose.arranger import decide
    from stemwright.song.progression import parse_progression

    state = decide(song.state, song.seed)
    if asked.chords is None or asked.chords == NEW:
        return state
    if span is None:
        return state.with_(chords=parse_progression(asked.chords, state))
    beats = state.meter.beats_per_bar
    given = parse_progression(asked.chords, state, span.last - span.first + 1)
    before, after = state.chords[: (span.first - 1) * beats], state.chords[span.last * beats :]
    return state.with_(chords=(*before, *given, *after))


def standing(folder: SongFolder, song: Song) -> dict[str, Score]:
    """The scores there are: given ones, else those of the active takes."""
    found = {}
    for name, entry in song.layers.items():
        sha = entry.score_sha256 or (entry.active.score_sha256 if entry.active else None)
        if sha is not None:
            found[name] = Score.from_bytes(folder.objects.get(sha), f"{name}'s score")
    return found


def _draft(
    state: GlobalState, standing: Mapping[str, Score], names: Sequence[str]
) -> tuple[Draft, dict[str, int]]:
    """A draft of what stands and of the layers to be written, and the part of each of those.

    The composer knows one layer a part: a second one of a part that is written is not heard.
    """
    from stemwright.compose.composer.draft import Draft
    from stemwright.compose.events.vocabulary import PARTS, part_of

    parts = {name: part_of(name) for name in names}
    if len(set(parts.values())) < len(parts):
        twice = next(name for name in names if sum(parts[name] == part for part in parts.values()) > 1)
        raise UsageError(
            f"layer {twice!r}: two layers of the part {PARTS[parts[twice]]!r} cannot be composed at once; "
            "name the one layer to write"
        )
    heard = {name: s for name, s in standing.items() if name in names or part_of(name) not in parts.values()}
    draft = Draft.of(state, heard)
    for part in parts.values():
        draft.notes.setdefault(part, [None] * state.bars)
    return draft, parts


def _require_whole(names: Sequence[str], standing: Mapping[str, Score]) -> None:
    for name in names:
        if name not in standing:
            raise UsageError(f"--bars: layer {name!r} has no score yet; compose it whole first")


def _wishes(
    state: GlobalState,
    asked: Asked,
    names: Sequence[str],
    parts: Mapping[str, int],
    standing: Mapping[str, Score],
) -> Wishes:
    """How to write what is asked for."""
    import numpy as np

    from stemwright.compose.composer.composer import Wishes
    from stemwright.compose.composer.controls import CONTROLS, scaled
    from stemwright.compose.composer.likeness import model_bars
    from stemwright.compose.composer.limits import AllLimits
    from stemwright.compose.events.vocabulary import PARTS

    controls = None
    if asked.attributes:
        controls = np.full((len(PARTS), state.bars, len(CONTROLS)), np.nan, np.float32)
        for name, value in asked.attributes.items():
            if name not in CONTROLS:
                raise UsageError(f"--{name[:40]}: is not known; use one of {', '.join(CONTROLS)}")
            controls[list(parts.values()), :, CONTROLS.index(name)] = scaled(name, value)
    limits = {PARTS[parts[n]]: _limits(state, asked, n, standing.get(n)) for n in names}
    return Wishes(AllLimits(limits), controls, model_bars(state))


def _limits(state: GlobalState, asked: Asked, name: str, old: Score | None) -> Any:
    """The limits of one layer."""
    from stemwright.compose.composer.limits import on_grid, usual

    rhythm = None
    if asked.keep_rhythm:
        if old is None:
            raise UsageError(f"--keep-rhythm: layer {name!r} has no score yet; compose it once without")
        rhythm = on_grid(note.onset for note in old.notes)
    own = usual(name)
    if is_drums(name):
        return replace(own, rhythm=rhythm)
    return replace(
        own,
        low=own.low if asked.low is None else asked.low,
        high=own.high if asked.high is None else asked.high,
        scale=frozenset(state.key.pitch_classes) if asked.in_key else None,
        chord_on_beats=asked.on_chord,
        polyphony=asked.voices if asked.voices is not None else (None if name == "harmony" else 1),
        rhythm=rhythm,
    )


def _merged(old: Score | None, draft: Draft, part: int, bars: range, state: GlobalState) -> Score:
    """The new notes of the bars, and the old ones elsewhere as they were."""
    ticks = state.meter.ticks_per_bar
    fresh = [note for bar in bars for note in draft.notes[part][bar] or ()]
    kept = [note for note in (old.notes if old else ()) if note.onset // ticks not in bars]
    return Score.from_notes([*kept, *fresh])
