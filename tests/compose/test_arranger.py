"""What every arrangement keeps, whatever the state."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange, decide
from stemwright.compose.grid import STEP, grid_of
from stemwright.compose.plan import fresh_bars
from stemwright.compose.scales import chord_scale, chord_tones
from stemwright.compose.styles import BOOK, style_of
from stemwright.errors import UsageError
from stemwright.song.harmony import MODES, QUALITIES, Chord, Key
from stemwright.song.layers import LAYERS
from stemwright.song.piece import Piece
from stemwright.song.rhythm import RhythmMap, swung
from stemwright.song.score import Score
from stemwright.song.state import GlobalState, Meter, Section

SECTIONS = ("intro", "verse", "chorus", "bridge", "solo", "outro", "prechorus", "thing", "verse2")


@st.composite
def states(draw: st.DrawFn) -> GlobalState:
    meter = Meter(draw(st.integers(1, 32)), draw(st.sampled_from((2, 4, 8, 16))))
    sections = draw(st.lists(st.tuples(st.sampled_from(SECTIONS), st.integers(1, 6)), min_size=1, max_size=4))
    state = GlobalState(
        Fraction(draw(st.integers(300, 3000)), 10),
        meter,
        Key.from_pc(draw(st.integers(0, 11)), draw(st.sampled_from(tuple(MODES)))),
        tuple(Section(name, bars) for name, bars in sections),
        style=draw(st.sampled_from((*BOOK, "", "no such style"))),
    )
    if draw(st.booleans()):
        chord = st.builds(Chord, st.sampled_from(("C", "F#", "Bb", "E")), st.sampled_from(tuple(QUALITIES)))
        few = draw(st.lists(st.none() | chord, min_size=1, max_size=5))
        state = replace(
            state, chords=tuple(few[beat * 2 // 5 % len(few)] for beat in range(state.total_beats))
        )
    if draw(st.booleans()):
        digits = draw(st.text("0123456789", min_size=meter.steps_per_bar, max_size=meter.steps_per_bar))
        swing = draw(st.fractions(Fraction(1, 2), Fraction(3, 4), max_denominator=96))
        state = replace(state, rhythm=RhythmMap(swing, (digits,) * state.bars))
    return state


def overlaps(score: Score) -> int:
    ends: dict[int, int] = {}
    count = 0
    for note in sorted(score.notes):
        count += ends.get(note.pitch, 0) > note.onset
        ends[note.pitch] = note.onset + note.duration
    return count


@given(states(), st.integers(0, 2**64 - 1))
@settings(max_examples=30, deadline=None)
def test_every_score_is_sound(state: GlobalState, seed: int) -> None:
    made = arrange(state, seed=seed)
    assert len(made.state.chords) == state.total_beats and made.state.rhythm is not None
    assert state.chords in ((), made.state.chords) and state.rhythm in (None, made.state.rhythm)
    for score in made.scores.values():
        assert score.end_tick <= state.total_ticks
        assert overlaps(score) == 0
    lead = sorted(made.scores["lead"].notes)
    assert all(a.end <= b.onset for a, b in pairwise(lead))
    assert all(60 <= note.pitch <= 84 for note in lead)
    assert all(48 <= note.pitch <= 76 for note in made.scores["harmony"].notes)
    assert all(27 <= note.pitch <= 55 for note in made.scores["bass"].notes)


@given(states(), st.integers(0, 2**32), st.sets(st.sampled_from(LAYERS), min_size=1))
@settings(max_examples=15, deadline=None)
def test_a_layer_is_the_same_alone_and_with_others(state: GlobalState, seed: int, some: set[str]) -> None:
    alone, together = arrange(state, sorted(some), seed), arrange(state, seed=seed)
    assert alone.state == together.state
    assert all(alone.scores[layer] == together.scores[layer] for layer in some)
    assert arrange(together.state, seed=seed).state == together.state


def example(
    style: str,
    seed: int = 0,
    key: str = "F# minor",
    meter: str = "4/4",
    layers: tuple[str, ...] = LAYERS,
) -> Piece:
    form = "intro:4 verse:8 chorus:8 verse:8 chorus:8 outro:4"
    return arrange(GlobalState.create("112", key, meter, form, style), layers, seed)


def strong_steps(state: GlobalState) -> list[int]:
    return [step for step, strength in enumerate(grid_of(state.meter).strengths) if strength >= 2]


def ahead(state: GlobalState, tick: int) -> Chord | None:
    """The chord that the chord of a tick changes to, itself where it stays to the end."""
    now = state.chord_at_tick(tick)
    later = (state.chord_at_tick(at) for at in range(tick, state.total_ticks, state.meter.ticks_per_beat))
    return next((chord for chord in later if chord != now), now)


def anticipates(style: str) -> bool:
    """Whether a style strikes chords before they come (mark n, pushes)."""
    played = style_of(style)
    comps = [*played.comps.values(), played.comp_turns]
    return played.push > 0 or any("n" in comp.pattern for level in comps for comp in level)


def coloured(state: GlobalState, chord: Chord | None) -> set[int]:
    """What a style plays beside the chord: the ninth of a rootless seventh chord."""
    ninth = chord is not None and style_of(state.style).voicing == "rootless"
    return {(chord.root_pc + 2) % 12} if ninth and chord is not None else set()


def shares(made: Piece) -> tuple[float, float, float, float]:
    """Of bass in the chord's scale, harmony in the chord, lead in the scale, strong lead in the chord."""
    state = made.state
    assert state.rhythm is not None
    fits: dict[str, list[bool]] = {"bass": [], "harmony": [], "lead": [], "strong": []}
    strong = {swung(step * STEP, state.rhythm.swing) for step in strong_steps(state)}
    for layer in ("bass", "harmony", "lead"):
        for note in made.scores[layer].notes:
            chord = state.chord_at_tick(min(note.onset + 3, state.total_ticks - 1))
            tones = chord_tones(state.key, chord)
            allowed = {*chord_scale(state.key, chord)}
            if layer == "harmony":
                allowed = {*tones} | coloured(state, chord)
            if layer != "lead" and anticipates(state.style):
                coming = ahead(state, min(note.onset + 3, state.total_ticks - 1))
                allowed |= {*chord_tones(state.key, coming)} | coloured(state, coming)
            fits[layer].append(note.pitch % 12 in allowed)
            if (
                layer == "lead"
                and min(abs(note.onset % state.meter.ticks_per_bar - tick) for tick in strong) <= 5
            ):
                fits["strong"].append(note.pitch % 12 in tones)
    return tuple(sum(hits) / len(hits) for hits in fits.values())  # type: ignore[return-value]


@pytest.mark.parametrize("style", BOOK)
@pytest.mark.parametrize("meter", ["4/4", "6/8", "7/8"])
def test_notes_belong_to_their_chords(style: str, meter: str) -> None:
    bass, harmony, lead, strong = shares(
        example(style, 1, "D dorian" if meter == "6/8" else "F# minor", meter)
    )
    assert bass >= (0.78 if style_of(style).walking else 0.9)
    assert harmony >= (0.95 if style_of(style).motion else 0.99)  # passing and suspended tones
    assert lead >= (0.94 if style_of(style).chromatic else 0.98)
    assert strong >= 0.65  # a run may pass over the third beat


@pytest.mark.parametrize("style", BOOK)
def test_the_song_ends_on_the_tonic(style: str) -> None:
    made = example(style, 3)
    last_bar = 39 * 384
    assert made.state.chords[-1] is not None
    assert made.state.chords[-1].root_pc == made.state.key.tonic_pc
    lead = [note for note in made.scores["lead"].notes if note.onset >= last_bar]
    assert [note.pitch % 12 for note in lead] == [made.state.key.tonic_pc]
    bass = [note for note in made.scores["bass"].notes if note.onset >= last_bar]
    assert [note.pitch % 12 for note in bass] == [made.state.key.tonic_pc]


def test_choruses_are_fuller_and_higher_than_verses() -> None:
    for style in BOOK:
        verse = chorus = 0
        height = []
        for seed in range(5):
            made = example(style, seed, layers=("drums", "lead"))
            drums, lead = made.scores["drums"], made.scores["lead"]
            verse += sum(note.velocity for note in drums.slice(4 * 384, 12 * 384).notes)
            chorus += sum(note.velocity for note in drums.slice(12 * 384, 20 * 384).notes)
            low, high = lead.slice(4 * 384, 12 * 384).notes, lead.slice(12 * 384, 20 * 384).notes
            height.append(sum(n.pitch for n in high) / len(high) - sum(n.pitch for n in low) / len(low))
        assert chorus > verse, style
        assert sum(height) > 0, style


def test_a_returning_section_is_alike_but_not_the_same() -> None:
    made = example("pop", 5)
    first = made.scores["lead"].slice(4 * 384, 12 * 384)
    second = made.scores["lead"].slice(20 * 384, 28 * 384)
    a = {(round(note.onset / STEP), note.pitch) for note in first.notes}
    b = {(round(note.onset / STEP), note.pitch) for note in second.notes}
    assert first != second
    assert len(a & b) / len(a | b) > 0.5


def _returns_alike(style: str, variation: int) -> dict[str, float]:
    """By layer, the share of steps and pitches that the verse and its return have in common."""
    state = GlobalState.create("110", "C minor", "4/4", "verse:8 chorus:4 verse:8 outro:2", style)
    made = arrange(state, seed=3, variation=variation)
    alike = {}
    for layer, score in made.scores.items():
        first, second = score.slice(0, 8 * 384), score.slice(12 * 384, 20 * 384)
        a, b = ({(round(n.onset / STEP), n.pitch) for n in part.notes} for part in (first, second))
        alike[layer] = len(a & b) / len(a | b)
    return alike


@pytest.mark.parametrize("style", ("pop", "bossa", "house", "jazz"))
def test_variation_says_how_much_a_return_differs(style: str) -> None:
    none, usual, full = (_returns_alike(style, variation) for variation in (0, 50, 100))
    assert min(none.values()) > 0.8  # a crash more, where the first section has none; swing beside steps
    assert sum(usual.values()) < sum(none.values())
    assert sum(full.values()) <= sum(usual.values())


@pytest.mark.parametrize(("bars", "variation", "fresh"), [
    (8, 50, 2), (4, 50, 1), (2, 50, 1), (1, 50, 1), (16, 50, 2), (8, 0, 0), (8, 100, 4), (3, 100, 1),
])  # fmt: skip
def test_how_many_bars_of_a_return_are_new(bars: int, variation: int, fresh: int) -> None:
    assert fresh_bars(bars, variation) == fresh


def test_silence_where_no_chord_sounds() -> None:
    state = GlobalState.create("120", "C", "4/4", "verse:2", "rock")
    state = replace(state, chords=(None,) * 4 + (Chord("C"),) * 4)
    made = arrange(state)
    assert not made.scores["harmony"].slice(0, 384).notes and not made.scores["bass"].slice(0, 384).notes
    assert made.scores["harmony"].notes and made.scores["drums"].slice(0, 384).notes


def test_a_given_rhythm_map_moves_the_kick() -> None:
    state = GlobalState.create("120", "C", "4/4", "verse:4", "rock")
    state = replace(state, rhythm=RhythmMap.straight(("9000000000900090",) * 4))
    kicks = {
        (n.onset + 8) % 384 // STEP for n in arrange(state, ["drums"]).scores["drums"].notes if n.pitch == 36
    }
    assert {0, 10, 14} <= kicks


def test_unknown_layers_are_refused() -> None:
    state = GlobalState.create()
    with pytest.raises(UsageError, match="audio-take"):
        arrange(state, ["audio-take"])


def test_decide_is_what_arrange_decides() -> None:
    state = GlobalState.create(style="jazz")
    assert decide(state, 4) == arrange(state, [], 4).state
