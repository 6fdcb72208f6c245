"""One song of the page: made, measured, cut into excerpts and drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.assess.listening import excerpts, looks
from stemwright.assess.listening.codec_alone import CODEC, RENDERING, codec_alone
from stemwright.assess.listening.excerpts import RATE, Audio, Bars
from stemwright.assess.listening.looks import Look
from stemwright.assess.listening.measuring import measure
from stemwright.assess.listening.page import Entry
from stemwright.assess.listening.picture import picture
from stemwright.assess.listening.players import Player, controls
from stemwright.assess.listening.songs import JOIN, command, wish
from stemwright.assess.measured_takes import Performed, performed
from stemwright.assess.sound.judges import Judges
from stemwright.mix.mixer import mix
from stemwright.producer.create import create
from stemwright.producer.decoders import Decoders
from stemwright.producer.generate import generate
from stemwright.work.progress import unwatched

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState


@dataclass(frozen=True, slots=True)
class Made:
    """What the page says of a song, its looks, its excerpts and pictures by file name."""

    entry: Entry
    looks: Sequence[Look]
    sounds: Mapping[str, Audio]
    pictures: Mapping[str, bytes]


def one_song(
    style: str, path: Path, player: Player | None, judges: Judges, seen: Sequence[str], compared: bool
) -> Made:
    """Make and measure the song of a style. `seen`: layers that get a blind look; `compared`: renderings and
    the codec's sounds are among the excerpts.
    """
    wished = wish(style)
    create(path, wished)
    generate(path)
    state, takes = performed(path, Decoders("high"), unwatched, sides=True)
    beside = controls(player, takes, state)
    shown, heard = _bars(takes, state)
    cut = {f"{style}-mix.mp3": _mixed(takes, shown, state)} | _cut(style, _stems(takes), heard, state)
    rows: list[dict[str, Any]] = []
    if player is not None and player.taught:
        rows, coded = codec_alone(takes, beside, state, judges)
        if compared:
            cut |= _cut(style, beside, heard, state, f"-{RENDERING}")
            cut |= _cut(style, coded, heard, state, f"-{CODEC}")
    pictures = {f"{style}.png": picture(takes, state, shown, heard)}
    drawn = []
    for made in takes:
        if made.layer in seen:
            first = looks.control_first(style, made.layer)
            look = Look(style, made.layer, made.take.timbre, heard[made.layer], first)
            pictures[look.file] = looks.draw(look, made.audio, beside[made.layer], state.timebase)
            drawn.append(look)
    report = measure(path, takes, beside)
    entry = Entry(style, str(state.meter), report, shown, heard, command(style, wished), rows)
    return Made(entry, drawn, cut, pictures)


def _bars(takes: Sequence[Performed], state: GlobalState) -> tuple[Bars, dict[str, Bars]]:
    """The bars of the mix that are heard, and of each layer."""
    timebase = state.timebase
    counts = {made.layer: excerpts.notes_by_bar(made.score, timebase, state.bars) for made in takes}
    shown = excerpts.around(JOIN, excerpts.bars_of(excerpts.MIX_SECONDS, timebase, state.bars), counts)
    length = excerpts.bars_of(excerpts.LAYER_SECONDS, timebase, state.bars)
    return shown, {layer: excerpts.busiest(shown, length, count) for layer, count in counts.items()}


def _stems(takes: Sequence[Performed]) -> dict[str, Audio]:
    return {made.layer: made.audio for made in takes}


def _mixed(takes: Sequence[Performed], shown: Bars, state: GlobalState) -> Audio:
    return excerpts.cut(mix(_stems(takes), RATE).audio, shown, state.timebase)


def _cut(
    style: str, sounds: Mapping[str, Audio], heard: Mapping[str, Bars], state: GlobalState, end: str = ""
) -> dict[str, Audio]:
    """Excerpts of layers by file name."""
    return {
        f"{style}-{layer}{end}.mp3": excerpts.cut(sound, heard[layer], state.timebase)
        for layer, sound in sounds.items()
    }
