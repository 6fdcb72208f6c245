"""What must be made: from the song and a request to tasks. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stemwright.errors import UsageError, argument
from stemwright.producer import bundles, casting, details
from stemwright.producer.bars import Span, parse_bars
from stemwright.producer.flowing import FLOW, FlowPlayer, by_flow, flow_player, words_of, words_of_take
from stemwright.producer.going_on import going_on
from stemwright.producer.personal import STRENGTH, Style, style_of_take, styles_of
from stemwright.producer.players import Performer, Player, performer, playable, sampler
from stemwright.producer.seeds import check_seed, layer_seed
from stemwright.producer.standing import nearest
from stemwright.producer.tasks import Task
from stemwright.producer.wanted import Edit, Wanted
from stemwright.producer.writers import writer_for, writer_of

if TYPE_CHECKING:
    from stemwright.song.document import LayerEntry, Song, Take
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for. `layers` empty: all. `seed`: make another take with it. `bars`: only these.

    `timbre`: another take of the one layer named, in this timbre; without `seed`, of the same notes.
    `composer`: notes that are new come from it, not from the arranger's patterns. With it or with `arranger`
    and a seed or bars, the layers named get new notes even where they were given some.
    `player`: another take of the layers named, played so (`sampler:FILE`, or `flow`, which may play all);
    without `seed` and `bars`, of the same notes. `style_of`: another take of the layers that this personal
    style has a part for, played with `strength` of it ("none": without the one that they have); without
    `seed` and `bars`, of the same notes. Where it is not said, layers go on in the style of their takes.
    `again`: another take of the same notes where the performer is another one by now. `prompt`: another take
    of the layers named by the flow, which sounds as these words say.
    """

    layers: tuple[str, ...] = ()
    seed: int | None = None
    bars: str | None = None
    timbre: str | None = None
    composer: bool = False
    player: str | None = None
    again: bool = False
    arranger: bool = False
    style_of: str | None = None
    strength: float = STRENGTH
    prompt: str | None = None

    def __post_init__(self) -> None:
        if self.composer and self.arranger:
            raise UsageError(
                f"{argument('composer')} and {argument('arranger')}: one of them writes; drop the other"
            )
        if self.style_of is not None and self.player is not None:
            raise UsageError(
                f"{argument('style_of')} and {argument('player')}: a style is a performer's; drop one of them"
            )
        if self.prompt is not None and (self.style_of is not None or self.player not in (None, FLOW)):
            other = "player" if self.style_of is None else "style_of"
            raise UsageError(
                f"{argument('prompt')} and {argument(other)}: the flow plays words; drop one of them"
            )

    @property
    def flows(self) -> bool:
        """Whether the flow is to play."""
        return self.player == FLOW or self.prompt is not None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for a request. `song`: with everything decided, and with the given notes of layers
    in `released` let go. `kept`: layers that were asked for and need nothing. `left_out`: layers that nothing
    here can play, and why. `anew`: whether a seed or a writer was asked for.
    """

    song: Song
    tasks: tuple[Task, ...]
    kept: tuple[str, ...]
    span: Span | None
    left_out: Mapping[str, str] = field(default_factory=dict)
    released: frozenset[str] = frozenset()
    anew: bool = False


def plan(folder: SongFolder, song: Song, request: Request) -> Plan:
    """What fulfils a request; nothing is written or made. UsageError for an unknown layer, bar or timbre, or
    a missing bundle.
    """
    if request.seed is not None:
        check_seed(request.seed)
    names = casting.with_notes(song, request.layers)
    request = _with_known_timbre(song, request)
    span = parse_bars(request.bars, song.state) if request.bars is not None else None
    unplayable = _unplayable(song, names, request)
    released = _released(song, request)
    song = _ready(song, released)
    found = _played(folder, song, names, request)
    styles = styles_of(song, request.layers, request.style_of, request.strength)
    needed = [
        name
        for name in names
        if name not in unplayable
        and (
            _needed(folder, song.layers[name], name, request, span, found.get(name))
            or (name in styles and _other_style(folder, song.layers[name], name, styles[name]))
        )
    ]
    players = {name: found.get(name) or _performer(folder, song, name, request, styles) for name in needed}
    tasks = tuple(
        Task(_wanted(folder, song, name, player, request, span), player) for name, player in players.items()
    )
    anew = request.seed is not None or request.composer or request.arranger
    left_out = {name: why for name, why in unplayable.items() if song.layers[name].active is None}
    kept = tuple(name for name in names if name not in needed and name not in left_out)
    return Plan(song, tasks, kept, span, left_out, released, anew)


def _ready(song: Song, released: frozenset[str]) -> Song:
    """The song with chords and rhythm map, of which those that are there stay, and without the given notes of
    some layers.
    """
    from stemwright.compose.arranger import decide

    for name in released:
        song = song.with_layer(name, replace(song.layers[name], score_sha256=None))
    return replace(song, state=decide(song.state, song.seed))


def _performer(
    folder: SongFolder, song: Song, name: str, request: Request, styles: Mapping[str, Style | None]
) -> Performer:
    entry, timbre = song.layers[name], _timbre(song, name, request)
    if name in styles:
        return performer(entry, name, timbre, styles[name])
    return going_on(folder, entry, name, timbre)


def _unplayable(song: Song, names: Sequence[str], request: Request) -> dict[str, str]:
    """The layers that no bundle plays, and why, where all are asked for. None of them where the user names
    layers or no other is left: then it is an error.
    """
    found: dict[str, str] = {
        name: why for name in names if (why := casting.why_not(song.role(name))) is not None
    }
    return {} if request.layers or len(found) == len(names) else found


def _released(song: Song, request: Request) -> frozenset[str]:
    """The layers named whose given notes make way: a writer is asked for, and another take."""
    writer, anew = request.composer or request.arranger, request.seed is not None or request.bars is not None
    given = (name for name in request.layers if song.layers[name].score_sha256 is not None)
    return frozenset(given) if writer and anew else frozenset()


def _with_known_timbre(song: Song, request: Request) -> Request:
    """The request, its timbre found in the layer's bundle. UsageError where it cannot be played."""
    if request.timbre is None:
        return request
    if len(request.layers) != 1:
        raise UsageError(
            f"{argument('timbre')}: name the one layer that it is for, "
            "e.g. stemwright generate DIR lead --timbre NAME"
        )
    if request.bars is not None:
        raise UsageError(
            f"{argument('timbre')}: a take is played in one timbre; leave {argument('bars')} out"
        )
    (layer,) = request.layers
    role = song.layer(layer).role(layer)
    if request.flows:
        return request
    return replace(request, timbre=bundles.timbre_of(bundles.performer(role), request.timbre))


def _timbre(song: Song, name: str, request: Request) -> str | None:
    """The timbre that is asked for; of a take that is performed again, its own where it is still known, else
    the layer's, else the performer's first.
    """
    entry = song.layers[name]
    if not request.again or entry.active is None:
        return request.timbre
    known = bundles.performer(entry.role(name)).manifest.timbres
    return next((timbre for timbre in (entry.active.timbre, entry.timbre) if timbre in known), "")


def _played(folder: SongFolder, song: Song, names: Sequence[str], request: Request) -> dict[str, Player]:
    """Who is asked to play, by layer: samplers, opened, or the flow, in the words of now or of the layer's
    take. UsageError where they cannot play or do not say what."""
    if request.flows:
        said = request.prompt
        words = {name: words_of(folder, song, name) if said is None else said for name in names}
        return {name: flow_player(song.layers[name], name, request.timbre, words[name]) for name in names}
    if request.player is None:
        return {}
    if not request.layers:
        raise UsageError(
            f"{argument('player')}: name the layers that it is for, "
            "e.g. generate DIR lead --player sampler:FILE"
        )
    if request.timbre is not None:
        raise UsageError(
            f"{argument('player')} and {argument('timbre')}: a timbre is a performer's; drop one"
        )
    return {name: sampler(request.player, song.role(name)) for name in request.layers}


def _needed(
    folder: SongFolder,
    entry: LayerEntry,
    name: str,
    request: Request,
    span: Span | None,
    played: Player | None,
) -> bool:
    """Whether a layer has to be made: it has no take, or another one was asked for that is not there yet."""
    active = entry.active
    if active is None:
        if span is not None:
            raise UsageError(
                f"{argument('bars')}: layer {name!r} has no take yet; "
                f"generate it whole first, without {argument('bars')}"
            )
        return True
    if request.again:
        now = bundles.performer(entry.role(name))
        other = active.player is None and active.bundle_sha256 != now.sha256
        return other and not by_flow(folder, name, active)
    if span is not None and played is None and active.player is not None:
        raise UsageError(
            f"{argument('bars')}: layer {name!r}, take {active.take} is played by the sampler; "
            f"add {argument('player')} sampler:FILE, or leave {argument('bars')} out"
        )
    if request.timbre is not None and (active.player is not None or request.timbre != active.timbre):
        return True
    if isinstance(played, FlowPlayer) and played.words != words_of_take(folder, name, active):
        return True
    if request.seed is None:
        return span is not None or (played is not None and not played.played(active))
    return not _is_made(folder, entry, active, name, request, span, played)


def _other_style(folder: SongFolder, entry: LayerEntry, name: str, style: Style | None) -> bool:
    """Whether the active take is a performer's in another style than this, or in one where this is none."""
    if entry.active is None or entry.active.player is not None:
        return False
    return style_of_take(folder, name, entry.active) != (style.facts() if style else None)


def _is_made(
    folder: SongFolder,
    entry: LayerEntry,
    take: Take,
    name: str,
    request: Request,
    span: Span | None,
    played: Player | None,
) -> bool:
    """Whether the active take is what this very request makes, so that a repeated command changes nothing."""
    if played is not None:
        same = played.played(take)
    else:
        same = take.bundle_sha256 == bundles.performer(entry.role(name)).sha256
    if take.seed != request.seed or not same:
        return False
    made = details.of_take(folder, name, take)
    if made is None or made.take != take.take or made.bars != (str(span) if span else None):
        return False
    return writer_of(folder, take, name) == writer_for(entry, request.composer)


def _wanted(
    folder: SongFolder,
    song: Song,
    name: str,
    player: Player,
    request: Request,
    span: Span | None,
) -> Wanted:
    entry = song.layers[name]
    role, take, active = entry.role(name), entry.next_take, entry.active
    if active is not None and _same_notes(request):
        return Wanted(name, role, take, active.seed, writer_of(folder, active, name), None, active)
    seed = layer_seed(song.seed, name, take) if request.seed is None else request.seed
    edit = Edit(active, (span,)) if span is not None and active is not None else None
    if isinstance(player, Performer) and active is None and _is_plain(request):
        edit = _rewritten(folder, entry, song.state, name, player)
    return Wanted(name, role, take, seed, writer_for(entry, request.composer), edit, None)


def _same_notes(request: Request) -> bool:
    """Whether it is another player, and no other notes, that is asked for."""
    other = request.timbre is not None or request.player is not None or request.again
    other = other or request.style_of is not None
    return other and request.seed is None and request.bars is None


def _is_plain(request: Request) -> bool:
    return request == Request(request.layers, composer=request.composer, arranger=request.arranger)


def _rewritten(
    folder: SongFolder, entry: LayerEntry, state: GlobalState, name: str, player: Performer
) -> Edit | None:
    """The bars of the given score that are not as in the take nearest to it: only these are performed again.

    None where there is no take by this performer in this timbre, or all is new.
    """
    takes = [
        take
        for take in entry.takes
        if player.played(take)
        and take.timbre == player.timbre
        and take.frames == state.frames
        and style_of_take(folder, name, take) == (player.style.facts() if player.style else None)
    ]
    if entry.score_sha256 is None or not takes:
        return None
    given = playable(folder.score(entry.score_sha256, name), player)
    base, bars = nearest(folder, state, name, given, takes)
    span = Span(min(bars) + 1, max(bars) + 1) if bars else None
    return Edit(base, (span,)) if span is not None and len(span.bars) < state.bars else None
