"""No chord is silence: for bass and harmony, by arranger and composer, in whole bars and single beats."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange
from stemwright.compose.silence import hushed, silent_spans
from stemwright.compose.styles import BOOK
from stemwright.song.bar_lines import BarLines
from stemwright.song.harmony import Chord
from stemwright.song.meter import Meter
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.composer.composer import Composer, Wishes
from stemwright.symbolic.composer.draft import CHORDS, Draft
from stemwright.symbolic.composer.limits import AllLimits, Limits
from stemwright.symbolic.events.vocabulary import PARTS
from support.composers import Listening

BASS, HARMONY, LEAD = (PARTS.index(name) for name in ("bass", "harmony", "lead"))
beats = st.lists(st.sampled_from((None, None, Chord("C"), Chord("F", "maj7"), Chord("G", "7"))), min_size=1)


def song(chords: list[Chord | None], meter: str = "4/4", style: str = "pop") -> GlobalState:
    """Four bars whose beats go round the given chords."""
    state = GlobalState.create(key="C", meter=meter, form="verse:4", style=style)
    return state.with_(chords=tuple(chords[beat % len(chords)] for beat in range(state.total_beats)))


def sounding_in(notes: tuple[Note, ...], state: GlobalState) -> list[Note]:
    """Notes that sound where no chord is."""
    spans = silent_spans(state.chords, state.lines)
    return [n for n in notes if any(n.onset < last and n.end > first for first, last in spans)]


@settings(max_examples=120, deadline=None)
@given(beats, st.sampled_from(("4/4", "7/8", "3/4", "12/8")), st.sampled_from(BOOK), st.integers(0, 99))
def test_the_arranger_is_silent_without_a_chord(
    chords: list[Chord | None], meter: str, style: str, seed: int
) -> None:
    state = song(chords, meter, style)
    made = arrange(state, ("bass", "harmony"), seed).scores
    assert not sounding_in(made["bass"].notes, state)
    assert not sounding_in(made["harmony"].notes, state)
    if any(chords):
        assert made["bass"].notes or made["harmony"].notes


@settings(max_examples=40, deadline=None)
@given(beats, st.sampled_from(("4/4", "7/8")), st.integers(0, 999), st.booleans())
@example([None, *[Chord("C")] * 9, None], "4/4", 156, False)
def test_the_composer_is_silent_without_a_chord(
    chords: list[Chord | None], meter: str, seed: int, must_play: bool
) -> None:
    state = song(chords, meter)
    composer = Composer(None, Listening(seed))  # type: ignore[arg-type]
    draft = Draft.of(state, {name: Score() for name in ("drums", "bass", "harmony", "lead")})
    places = [(part, bar) for part in draft.notes for bar in range(4)]
    rests = {BASS: 1, HARMONY: 1, LEAD: 1} if must_play else {}
    composer.write(draft, places, seed, Wishes(rests=rests))
    for part in (BASS, HARMONY):
        assert not sounding_in(draft.score(part).notes, state)
    if must_play:
        assert draft.score(LEAD).notes


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999))
@example(156)  # a silence in the note's own bar before it, the next one two bars on
def test_chords_that_are_written_too_silence_what_sounds_into_them(seed: int) -> None:
    state = song([Chord("C")])
    composer = Composer(None, Listening(seed))  # type: ignore[arg-type]
    draft = Draft.of(state, {"bass": Score(), "harmony": Score()})
    composer.write(draft, [(part, bar) for part in (CHORDS, BASS, HARMONY) for bar in range(4)], seed)
    now = state.with_(chords=tuple(chord for bar in draft.chords for chord in bar or ()))
    assert not sounding_in(draft.score(BASS).notes, now)
    assert not sounding_in(draft.score(HARMONY).notes, now)


def test_a_rhythm_that_is_kept_is_left_out_where_no_chord_is() -> None:
    state = song([Chord("C")] * 4 + [None] * 4)
    draft = Draft.of(state, {"bass": Score()})
    rhythm = frozenset(range(0, state.total_ticks, 96))
    wishes = Wishes(AllLimits({"bass": Limits(rhythm=rhythm)}))
    Composer(None, Listening(1)).write(draft, [(BASS, bar) for bar in range(4)], 1, wishes)  # type: ignore[arg-type]
    wanted = {tick for tick in rhythm if tick // 384 in (0, 2)}
    assert {n.onset for n in draft.score(BASS).notes} == wanted


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ((0, 300), [(0, 96)]),  # ends where the silence begins
        ((90, 10), [(90, 6)]),
        ((93, 10), []),  # what is left is too short
        ((100, 50), []),
        ((190, 100), [(192, 98)]),  # begins at its end
        ((192, 50), [(192, 50)]),
    ],
)
def test_notes_are_cut(note: tuple[int, int], left: list[tuple[int, int]]) -> None:
    silent = silent_spans([Chord("C"), None, Chord("C")], BarLines(Meter(4, 4)))
    assert silent == [(96, 192)]
    assert [(n.onset, n.duration) for n in hushed([Note(*note, 60, 90)], silent)] == left
