"""Which layer plays which instrument of a prompt: one each, and further parts where a layer is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stemwright.compose.parts import PARTS
from stemwright.errors import Message, argument
from stemwright.producer import bundles
from stemwright.text.instruments import Instrument


@dataclass(slots=True)
class Orchestra:
    """The layers of a song, what they are played in as far as that is known, and lines to be told. `usual`:
    what the style plays each kind in.
    """

    layers: Sequence[str]
    timbres: Mapping[str, str]
    remarks: list[str] = field(default_factory=list)
    usual: Mapping[str, str] = field(default_factory=dict)


def seated(instruments: Sequence[Instrument], orchestra: Orchestra, fixed: bool) -> Orchestra:
    """The orchestra with instruments, in the order in which they are named: each in the layer that it is for,
    in another that it can play, or in a part of its own, unless the layers are `fixed`. What cannot be seated
    is told.
    """
    made = Orchestra(list(orchestra.layers), dict(orchestra.timbres), usual=orchestra.usual)
    given = set(orchestra.timbres)
    for instrument in instruments:
        if instrument.both:
            _everywhere(instrument, made)
            continue
        place = _place(instrument, made, fixed)
        if place is None:
            if not _plays_already(instrument, made):
                made.remarks.append(_why(instrument, made, given))
            continue
        layer, timbre = place
        if layer not in made.layers:
            made.layers = [*made.layers, layer]
        made.timbres = {**made.timbres, layer: timbre}
    return made


def _place(instrument: Instrument, made: Orchestra, fixed: bool) -> tuple[str, str] | None:
    """A layer that is free, and its timbre."""
    part = PARTS[instrument.part] if instrument.part else None
    beside = part is not None and part.kind == "drums"  # a conga beside the drums, not in their place
    wanted = (instrument.asked,) if instrument.asked else tuple(instrument.timbres)
    for layer in () if beside and not fixed else wanted:
        if layer in made.layers and layer not in made.timbres:
            own = made.usual.get(layer, "") if instrument.by_style else ""
            timbres = instrument.timbres[layer]
            timbre = _there(layer, (own, *timbres) if own in timbres else timbres)
            if timbre is not None:
                return layer, timbre
    if part is None or instrument.asked or (fixed and instrument.part not in made.layers):
        return None
    timbre = _there(part.kind, instrument.timbres.get(part.kind, part.timbres))
    if timbre is None or instrument.part in made.timbres:
        return None
    return instrument.part, timbre


def _everywhere(instrument: Instrument, made: Orchestra) -> None:
    """The instrument in each of its layers that is free."""
    for layer, timbres in instrument.timbres.items():
        timbre = _there(layer, timbres)
        if timbre is not None and layer in made.layers and layer not in made.timbres:
            made.timbres = {**made.timbres, layer: timbre}


def _there(layer: str, timbres: Sequence[str]) -> str | None:
    """The first of some timbres that the layer's bundle has."""
    known = bundles.timbres_of(layer)
    return next((timbre for timbre in timbres if timbre in known), None)


def _plays_already(instrument: Instrument, made: Orchestra) -> bool:
    """Whether it is an instrument that was named before, and has its layer."""
    layer = instrument.asked or instrument.layer
    return made.timbres.get(layer) == _there(layer, instrument.timbres[layer]) is not None


def _why(instrument: Instrument, made: Orchestra, given: set[str]) -> str:
    layer = instrument.asked or instrument.layer
    if layer in given:
        option = f"{argument('timbre')} {layer}={made.timbres[layer]}"
        return Message(f"{option} counts, not {instrument.said!r} of the prompt")
    if layer in made.timbres:
        return f"{instrument.said!r}: {layer} is played in {made.timbres[layer]!r} already"
    if layer not in made.layers:
        return f"{instrument.said!r}: the song has no layer {layer} to play it"
    return f"{instrument.said!r}: no bundle here sounds like it"
