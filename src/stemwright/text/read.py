"""`read_prompt`: a prompt through all readers, from what is exact to what is left."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from stemwright.errors import UsageError
from stemwright.song.layers import LAYERS
from stemwright.text.band import Band, read_band, read_mentions
from stemwright.text.chords import read_chords
from stemwright.text.feel import read_degree, read_moods, read_swing
from stemwright.text.forms import read_form
from stemwright.text.instruments import Instrument, read_instruments
from stemwright.text.keys import read_alone, read_key, read_mode
from stemwright.text.meters import read_meter
from stemwright.text.prompt import EXAMPLE, Prompt, contradiction
from stemwright.text.styles import read_styles
from stemwright.text.tempo import read_bare, read_pace, read_tempo
from stemwright.text.understood import Understood
from stemwright.text.words import moods, stop_words


def read_prompt(text: str, known: tuple[str, ...]) -> Understood:
    """What a prompt says, by grammar alone; `known`: the styles that can be played. UsageError in one line
    for a text that is none, for contradictions, and for numbers that a song cannot have.
    """
    prompt, said, remarks = Prompt(text), dict[str, str](), list[str]()
    found: dict[str, Any] = {}
    if shape := read_form(prompt):
        found |= {"form": shape.form, "length": shape.length}
        said["form" if shape.form else "length"] = ", ".join(shape.said)
    tempo, counted = read_tempo(prompt), read_meter(prompt)
    if harmony := read_chords(prompt):
        found["chords"], said["chords"] = harmony.chart, harmony.said
    tonality = read_key(prompt)
    swing, told = read_swing(prompt)
    remarks += told
    band = read_band(prompt)
    named = read_styles(prompt, known)
    instruments, told = read_instruments(prompt)
    remarks += told
    mentioned = read_mentions(prompt)
    _fits(band, instruments, mentioned)
    pace, told = read_pace(prompt)
    remarks += told
    for what in ("density", "dynamics"):
        degree, told = read_degree(prompt, what)
        remarks += told
        if degree:
            found[what], said[what] = int(degree.value), degree.said
    felt = read_moods(prompt)
    alone = None if tonality else read_alone(prompt)
    tempo = tempo or read_bare(prompt)
    tonality = tonality or alone or read_mode(prompt)
    if tempo:
        found["bpm"], said["bpm"] = tempo.bpm, tempo.said
    if pace or named.pace:
        found["pace"] = pace.pace if pace else named.pace
        said["pace"] = pace.said if pace else named.said[named.manners[0]]
    if tonality:
        found["key"], said["key"] = tonality.key, tonality.said
    if counted:
        found["meter"], said["meter"] = counted.meter, counted.said
    if swing:
        found["swing"], said["swing"] = Fraction(swing.value), swing.said
    if named.style:
        found["style"], said["style"] = named.style, named.said[named.style]
        found["weak"] = named.weak
    if felt:
        found["moods"], said["moods"] = tuple(felt), ", ".join(felt)
    if band.only is not None:
        said["only"] = band.said
    if band.without:
        said["without"] = ", ".join(dict.fromkeys(band.without.values()))
    if instruments:
        said["instruments"] = ", ".join(each.said for each in instruments)
    if band.unsung:
        said["voices"] = ", ".join(band.unsung)
    others = [named.said[style] for style in named.others if style not in named.manners]
    words = tuple(dict.fromkeys(word for word in prompt.words() if word not in stop_words()))
    return Understood(
        prompt.given, only=band.only, without=tuple(band.without),
        instruments=tuple(instruments), ranking=(named.style, *named.others) if named.style else (),
        said=said, words=(*others, *words), remarks=tuple(remarks), **found,
    )  # fmt: skip


def with_unread(understood: Understood, known: frozenset[str]) -> Understood:
    """The same with the words that nobody knows told apart; `known`: those that the style vector knows."""
    felt = tuple(word for word in understood.words if word in known)
    unread = tuple(word for word in understood.words if word not in known)
    return replace(understood, words=felt, unread=unread)


def require_sense(understood: Understood) -> None:
    """UsageError where nothing at all was understood."""
    if not understood.said and not understood.words:
        shown = " ".join(understood.prompt.split())[:40]
        raise UsageError(
            f"prompt: nothing in {shown!r} says what to play; write it in English, e.g. {EXAMPLE}", "prompt"
        )


def _fits(band: Band, instruments: list[Instrument], mentioned: dict[str, str]) -> None:
    """UsageError where a layer is wanted and not, or none is left."""
    if set(band.without) >= set(LAYERS):
        raise UsageError(
            f"prompt: {', '.join(map(repr, band.without.values()))} leave no layer to play; keep one",
            "prompt",
        )
    for instrument in instruments:
        layer = instrument.asked or instrument.layer
        if layer in band.without and set(instrument.timbres) <= set(band.without):
            raise contradiction(band.without[layer], instrument.said)
    for layer, words in mentioned.items():
        if layer in band.without:
            raise contradiction(band.without[layer], words)


def mood_of(understood: Understood, what: str) -> str | int:
    """What the first mood that asks for a mode, a pace or a loudness asks for; "" or 0 for none."""
    asked = [getattr(moods()[mood], what) for mood in understood.moods]
    return next((value for value in asked if value), 0 if what == "dynamics" else "")
