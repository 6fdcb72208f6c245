"""What must be made: from the song and a request to jobs, each with a key that names all it depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError
from stemwright.producer import bundles
from stemwright.producer.bars import Span, parse_bars
from stemwright.producer.seeds import check_seed, layer_seed
from stemwright.song.score import Score

if TYPE_CHECKING:
    from stemwright.models import Bundle
    from stemwright.native.engine import Sampling
    from stemwright.song.document import LayerEntry, Song, Take
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for. `layers` empty: all. `seed`: make another take with it. `bars`: only these.

    `timbre`: another take of the one layer named, in this timbre; without `seed`, of the same notes.
    """

    layers: tuple[str, ...] = ()
    seed: int | None = None
    bars: str | None = None
    timbre: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Some bars of an existing take are made again; the rest of its tokens stays."""

    base: Take
    span: Span


@dataclass(frozen=True, slots=True)
class Job:
    """One take of one layer to be made. Equal keys give equal tokens."""

    layer: str
    take: int
    seed: int
    timbre: str
    slot: int | None
    bundle: Bundle
    sampling: Sampling
    score: Score
    edit: Edit | None
    key: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`state`: the song's with everything decided. `kept`: layers that were asked for and need nothing."""

    state: GlobalState
    jobs: tuple[Job, ...]
    kept: tuple[str, ...]
    span: Span | None


def plan(folder: SongFolder, song: Song, request: Request) -> Plan:
    """The jobs that fulfil a request. UsageError for an unknown layer, bar or timbre, or a missing bundle."""
    if request.seed is not None:
        check_seed(request.seed)
    request = _with_known_timbre(song, request)
    span = parse_bars(request.bars, song.state) if request.bars is not None else None
    names = _chosen(song, request.layers)
    wanted = [name for name in names if _needed(folder, song.layers[name], name, request, span)]
    state = _decided(song)
    jobs = tuple(_job(folder, song, state, name, request, span) for name in wanted)
    return Plan(state, jobs, tuple(name for name in names if name not in wanted), span)


def _decided(song: Song) -> GlobalState:
    """The song's state with chords and rhythm map; those that are there stay."""
    from stemwright.compose.arranger import decide

    return decide(song.state, song.seed)


def _chosen(song: Song, layers: Sequence[str]) -> list[str]:
    for name in layers:
        song.layer(name)
    return [name for name in song.layers if not layers or name in layers]


def _with_known_timbre(song: Song, request: Request) -> Request:
    """The request, its timbre found in the layer's bundle. UsageError where it cannot be played."""
    if request.timbre is None:
        return request
    if len(request.layers) != 1:
        raise UsageError(
            "--timbre: name the one layer that it is for, e.g. stemwright generate DIR lead --timbre NAME"
        )
    if request.bars is not None:
        raise UsageError("--timbre: a take is played in one timbre; leave --bars out")
    (layer,) = request.layers
    song.layer(layer)
    return replace(request, timbre=bundles.timbre_of(bundles.performer(layer), request.timbre))


def _needed(folder: SongFolder, entry: LayerEntry, name: str, request: Request, span: Span | None) -> bool:
    """Whether a layer has to be made: it has no take, or another one was asked for that is not there yet."""
    active = entry.active
    if active is None:
        if span is not None:
            raise UsageError(
                f"--bars: layer {name!r} has no take yet; generate it whole first, without --bars"
            )
        return True
    if request.timbre is not None and request.timbre != active.timbre:
        return True
    if request.seed is None:
        return span is not None
    return not _is_made(folder, active, name, request.seed, span)


def _is_made(folder: SongFolder, take: Take, name: str, seed: int, span: Span | None) -> bool:
    """Whether the active take is what this very request makes, so that a repeated command changes nothing."""
    if take.seed != seed or take.bundle_sha256 != bundles.performer(name).sha256:
        return False
    made = folder.runs.read(take.run).get("details", {}).get(name, {})
    return bool(made.get("take") == take.take and made.get("bars") == (str(span) if span else None))


def _job(
    folder: SongFolder, song: Song, state: GlobalState, name: str, request: Request, span: Span | None
) -> Job:
    from stemwright.models import require_codec
    from stemwright.perform.sampling import sampling_of

    entry = song.layers[name]
    bundle = bundles.performer(name)
    require_codec(bundle, bundles.codec_bundle())
    take, active = entry.next_take, entry.active
    again = active if request.timbre is not None and request.seed is None else None
    seed = again.seed if again is not None else request.seed
    seed = layer_seed(song.seed, name, take) if seed is None else seed
    edit = Edit(active, span) if span is not None and active is not None else None
    if active is None and request == Request(request.layers):
        edit = _rewritten(folder, entry, state, name, bundle)
    score = _old_score(folder, again, name) if again else _score(folder, entry, state, name, seed, edit)
    timbre = bundles.timbre_of(bundle, entry.timbre if request.timbre is None else request.timbre)
    slot = bundles.slot(bundle, timbre)
    sampling = sampling_of(bundle)
    key = _key(state, name, slot, score, bundle, seed, take, sampling, edit)
    return Job(name, take, seed, timbre, slot, bundle, sampling, score, edit, key)


def _rewritten(
    folder: SongFolder, entry: LayerEntry, state: GlobalState, name: str, bundle: Bundle
) -> Edit | None:
    """The bars of the given score that are not as in the last take: only these are performed again.

    None where there is no such take, or all is new.
    """
    last = entry.takes[-1] if entry.takes else None
    if entry.score_sha256 is None or last is None or last.bundle_sha256 != bundle.sha256:
        return None
    if last.frames != state.timebase.frames(state.bars) or last.timbre != (entry.timbre or last.timbre):
        return None
    ticks = state.meter.ticks_per_bar
    given = Score.from_bytes(folder.objects.get(entry.score_sha256), f"{name}'s score")
    new = set(given.notes) ^ set(_old_score(folder, last, name).notes)
    bars = {min(note.onset // ticks, state.bars - 1) + 1 for note in new}
    span = Span(min(bars), max(bars)) if bars else None
    return Edit(last, span) if span is not None and span.last - span.first + 1 < state.bars else None


def _score(
    folder: SongFolder, entry: LayerEntry, state: GlobalState, name: str, seed: int, edit: Edit | None
) -> Score:
    """The given score where there is one, else the arranger's; outside an edit's bars, the old take's."""
    from stemwright.compose.arranger import arrange

    if entry.score_sha256 is not None:
        fresh = Score.from_bytes(folder.objects.get(entry.score_sha256), f"{name}'s score")
    else:
        fresh = arrange(state, (name,), seed).scores[name]
    if edit is None:
        return fresh
    old = _old_score(folder, edit.base, name)
    start, end = edit.span.ticks(state)
    parts = (
        old.slice(0, start, shift=False),
        fresh.slice(start, end, shift=False),
        old.slice(end, state.total_ticks, shift=False),
    )
    return Score.from_notes(note for part in parts for note in part.notes)


def _old_score(folder: SongFolder, take: Take, name: str) -> Score:
    return Score.from_bytes(folder.objects.get(take.score_sha256), f"{name}'s score")


def _key(
    state: GlobalState,
    layer: str,
    slot: int | None,
    score: Score,
    bundle: Bundle,
    seed: int,
    take: int,
    sampling: Sampling,
    edit: Edit | None,
) -> str:
    from stemwright.conditioning import CONDITIONING_VERSION
    from stemwright.perform.layer import PERFORM_VERSION
    from stemwright.store import cache_key

    parts: dict[str, Any] = {
        "makes": "tokens",
        "perform": PERFORM_VERSION,
        "conditioning": CONDITIONING_VERSION,
        "state": state.to_json(),
        "layer": layer,
        "timbre": slot,
        "score": score.sha256,
        "bundle": bundle.sha256,
        "seed": seed,
        "take": take,
        "sampling": asdict(sampling),
        "base": edit.base.tokens_sha256 if edit else None,
        "bars": str(edit.span) if edit else None,
    }
    return cache_key(parts)
