"""Chords and forms of written songs beside charts of real songs that nothing was learned from.

Of each style that is a family of genres with charts, and of all these together: *held out* is what all are
compared with, charts of the McGill Billboard set, for forms also of the Harmonix set. *learned from*: the
other charts of the sets; *half*: one half of the held out beside the other one; the styles as they are and,
of chords, with their written progressions alone; *shuffled*: the first of these with their chords mixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from stemwright.assess.means import mean
from stemwright.assess.style.states import state_of
from stemwright.compose.chords import compose_chords, in_meter
from stemwright.compose.degrees import HOLD, bar_slots, spelled
from stemwright.compose.forming import auto_form
from stemwright.compose.styles import style_of
from stemwright.corpus.charted import Charted
from stemwright.corpus.charts import charts
from stemwright.evaluation.symbolic import forms, histograms, progressions
from stemwright.evaluation.symbolic.shuffled import shuffled_chords
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState, Section
from stemwright.work.progress import Watch, unwatched

HELD, OTHERS, HALF, DRAWN, WRITTEN, FLOOR = (
    "held out", "learned from", "half", "as they are", "written alone", "shuffled",
)  # fmt: skip
ALL = "all"
SONGS = 50
"""Songs that are written for each style."""
FEWEST = 10
"""Charts of a family without which it is not compared."""
MINOR_ONE_IN = 6
"""Of so many charts of the McGill Billboard set one is in minor."""
States = Sequence[GlobalState]


def assess_charts(
    symbolic: Path, styles: Sequence[str], seed: int = 0, songs: int = SONGS, watch: Watch = unwatched
) -> dict[str, list[dict[str, Any]]]:
    """`chords`, `forms`: a row a style and set, distances and means of figures; [] where the folder has no
    charts.
    """
    found = charts(symbolic).songs
    sets: dict[str, dict[str, list[GlobalState]]] = {}
    plans: dict[str, dict[str, list[GlobalState]]] = {}
    for style in styles:
        real = [song for song in found if song.family == style and song.meter in ("4/4", "12/8")]
        played = [song for song in real if song.source == "billboard"]
        held = [state_of_chart(song) for song in played if song.held_out]
        if not held:
            continue
        watch(f"{style}: charts", 0, 1)
        written = [_state(style, number) for number in range(seed, seed + songs)]
        sets[style] = {
            HELD: held,
            OTHERS: [state_of_chart(song) for song in played if not song.held_out],
            DRAWN: [_with_chords(state, seed + number) for number, state in enumerate(written)],
            WRITTEN: [_with_chords(state, seed + number, 0) for number, state in enumerate(written)],
        }
        formed = [song for song in real if song.source in ("billboard", "harmonix")]
        plans[style] = {
            HELD: [state_of_chart(song) for song in formed if song.held_out],
            OTHERS: [state_of_chart(song) for song in formed if not song.held_out],
            DRAWN: sets[style][DRAWN],
        }
        watch(f"{style}: charts", 1, 1)
    for group in (sets, plans):
        if len(group) > 1:
            names = next(iter(group.values()))
            group[ALL] = {name: [s for own in group.values() for s in own[name]] for name in names}
        for style in [style for style, own in group.items() if len(own[HELD]) < FEWEST]:
            del group[style]
    common = progressions.common(state for own in sets.values() for state in own[OTHERS])
    return {
        "chords": [row for style, own in sets.items() for row in _chord_rows(style, own, common, seed)],
        "forms": [row for style, own in plans.items() for row in _form_rows(style, own)],
    }


def state_of_chart(song: Charted) -> GlobalState:
    """A chart as a song in C; its chords where it has some."""
    key, meter = Key("C", song.mode), Meter.parse(song.meter)
    chords = []
    for bar in (bar for part in song.parts for bar in part.chords):
        slots = [None if slot == HOLD else slot for slot in bar_slots(bar)]
        chords += [spelled(chord, key) for chord in in_meter(slots, meter)]
    sections = tuple(Section(part.name or "section", part.bars) for part in song.parts if part.bars)
    return GlobalState(Fraction(song.bpm or 100), meter, key, sections, style="pop", chords=tuple(chords))


def _state(style: str, seed: int) -> GlobalState:
    """A state of a form that is drawn, without chords; as many are in minor as charts are."""
    state = state_of(style, seed)
    key = Key.from_pc(state.key.tonic_pc, "minor" if seed % MINOR_ONE_IN == 0 else "major")
    return state.with_(key=key, sections=auto_form(style_of(style), state.bpm, state.meter, seed))


def _with_chords(state: GlobalState, seed: int, learned: int | None = None) -> GlobalState:
    """The state with the chords that its style has for it; `learned`: in place of the style's share."""
    style = style_of(state.style)
    style = style if learned is None else replace(style, learned=learned)
    return state.with_(chords=compose_chords(state, style, seed))


def _chord_rows(
    style: str, sets: dict[str, list[GlobalState]], common: tuple[int, ...], seed: int
) -> list[dict[str, Any]]:
    held = [progressions.counts(state, common) for state in sets[HELD]]
    rows = [
        _row(style, HELD, sets[HELD], {}),
        _row(style, HALF, [], histograms.evaluate(held[::2], held[1::2])),
    ]
    for name, states in (*sets.items(), (FLOOR, shuffled_chords(sets[DRAWN], seed)))[1:]:
        own = [progressions.counts(state, common) for state in states]
        rows.append(_row(style, name, states, histograms.evaluate(held, own)))
    return rows


def _row(style: str, what: str, states: States, distances: Any) -> dict[str, Any]:
    kept = {name: value for name, value in distances.items() if name != "bass"}
    return {
        "style": style,
        "what": what,
        "songs": len(states) or None,
        **kept,
        **mean([progressions.evaluate(state) for state in states]),
    }


def _form_rows(style: str, sets: dict[str, list[GlobalState]]) -> list[dict[str, Any]]:
    held = [forms.counts(state) for state in sets[HELD]]
    rows = []
    for name, states in sets.items():
        own = [forms.counts(state) for state in states]
        distances = (
            histograms.evaluate(held, own) if name != HELD else histograms.evaluate(held[::2], held[1::2])
        )
        told = {f"{what} distance": value for what, value in distances.items()}
        figures = mean([forms.evaluate(state) for state in states])
        rows.append({"style": style, "what": name, "songs": len(states), **told, **figures})
    return rows
