"""What is played next: the bars of a section, with the notes of all layers, from a prompt and a seed.

A prompt's form is gone through phrase by phrase, and then again with a new seed: another piece in the same
style, key and tempo. A phrase is decided by seed, prompt, options and its number since the prompt alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from stemwright.compose.arranger import arrange
from stemwright.producer.create import draft
from stemwright.producer.flowing import FlowPlayer
from stemwright.producer.players import Performer, performer, playable
from stemwright.producer.prompted import prompted
from stemwright.producer.seeds import layer_seed
from stemwright.song.state import GlobalState, Section

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stemwright.producer.wish import Wish
    from stemwright.song.document import LayerEntry, Song
    from stemwright.song.score import Score

FORM = "verse:8 verse:8 chorus:8 verse:8 chorus:8 bridge:8 chorus:8 chorus:8"
"""What is gone through where nobody asks for a form."""
BARS, SECONDS = 8, 24
"""What a phrase has at most, as long as it has a bar: so long a new prompt may have to wait."""

LEADING = 4
"""Bars of the next section that are written with a phrase, which leads into them."""

LayerPlayer = Performer | FlowPlayer


class Cast(Protocol):
    """Says who plays a layer: `producer.players.performer`, `producer.flowing.flow_player`."""

    def __call__(self, entry: LayerEntry, name: str, timbre: None) -> LayerPlayer:
        """The player of a layer of this name, in the layer's own timbre."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Bars that all layers play. `number`: of the stream, from 0; `start`: its first frame in the stream;
    `song`: whose layers and timbres it has; `scores`: by layer, fitted to their players' ranges.
    """

    number: int
    start: int
    song: Song
    players: Mapping[str, LayerPlayer]
    state: GlobalState
    scores: Mapping[str, Score]

    @property
    def stop(self) -> int:
        """The frame after its last one."""
        return self.start + self.state.frames

    @property
    def timbres(self) -> dict[str, str]:
        """What each layer is played in."""
        return {layer: player.timbre for layer, player in self.players.items()}


class _Place(NamedTuple):
    """Where a phrase lies in the form: its section, its first bar in the song and its bars."""

    section: int
    bar: int
    bars: int


class Piece:
    """A prompt as a piece to be gone through. `remarks`: what options overrule, and what cannot be had.
    UsageError for a prompt, or options beside it, that are wrong.
    """

    def __init__(self, wish: Wish, name: Path, cast: Cast = performer) -> None:
        made = prompted(wish)
        asked = replace(made.wish, prompt=None)
        if asked.form is None and asked.length is None:
            asked = replace(asked, form=FORM)
        unread = made.understood.unread if made.understood is not None else ()
        self.remarks = (*made.remarks, *([f"not understood: {', '.join(unread)}"] if unread else ()))
        self.song = draft(name, asked)
        self.players = {layer: cast(entry, layer, None) for layer, entry in self.song.layers.items()}
        self._places = _places(self.song.state)
        self._state = _round(self.song.state)

    @property
    def line(self) -> str:
        """What is played, for people."""
        state = self.song.state
        band = ", ".join(f"{layer} ({player.timbre})" for layer, player in self.players.items())
        return f"{state.style}, {state.tempo_text} bpm, {state.key}, {state.meter_text}: {band}"

    def phrase(self, index: int, number: int, start: int) -> Phrase:
        """Phrase `index` of this piece as phrase `number` of the stream, from a frame on."""
        turn, inside = divmod(index, len(self._places))
        place, song = self._places[inside], self.song
        end = sum(section.bars for section in self._state.sections[: place.section + 1])
        known = self._state.slice(0, min(end + LEADING, self._state.bars))
        roles = tuple(song.roles.values())
        seed = song.seed if turn == 0 else layer_seed(song.seed, "stream", turn)
        made = arrange(known, roles, seed, song.variation, band=roles).slice(place.bar, place.bars)
        scores = {
            layer: playable(made.scores[song.role(layer)], player) for layer, player in self.players.items()
        }
        return Phrase(number, start, song, self.players, made.state, scores)


def _places(state: GlobalState) -> list[_Place]:
    """The phrases of a form: its sections, cut where they are long."""
    found, bar = [], 0
    for index, section in enumerate(state.sections):
        end = bar + section.bars
        while bar < end:
            bars = min(_most_bars(state, bar), end - bar)
            found.append(_Place(index, bar, bars))
            bar += bars
    return found


def _most_bars(state: GlobalState, bar: int) -> int:
    """The bars of a phrase that begins at a bar: a power of two."""
    seconds = state.meter_of(bar).n * Fraction(240, state.meter_of(bar).d) / state.timebase.bpm_of(bar)
    bars = BARS
    while bars > 1 and bars * seconds > SECONDS:
        bars //= 2
    return bars


def _round(state: GlobalState) -> GlobalState:
    """The state with its first section at its end too: what the last one leads into."""
    first = state.sections[0]
    chords = state.chords[: state.lines.beat(first.bars)]
    rhythm = state.rhythm
    if rhythm is not None:
        rhythm = replace(rhythm, bars=(*rhythm.bars, *rhythm.bars[: first.bars]))
    return state.with_(
        sections=(*state.sections, Section(first.name, first.bars)),
        chords=(*state.chords, *chords),
        rhythm=rhythm,
    )
