from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange
from stemwright.errors import UsageError
from stemwright.song.score import Note
from stemwright.song.state import GlobalState
from stemwright.symbolic.composer.composer import Composer, Wishes, load
from stemwright.symbolic.composer.conditions import FEATURES, Conditions, Tables, column, standing
from stemwright.symbolic.composer.draft import CHORDS, DRUMS, Draft
from stemwright.symbolic.composer.likeness import model_bars
from stemwright.symbolic.composer.limits import AllLimits, Limits
from stemwright.symbolic.composer.masks import Frame, allowed
from stemwright.symbolic.composer.sequence import example
from stemwright.symbolic.composer.views import next_run, view
from stemwright.symbolic.events.grammar import Cursor
from stemwright.symbolic.events.vocabulary import PARTS, span, token
from support.composers import Listening, write_composer

BASS, HARMONY, LEAD = (PARTS.index(name) for name in ("bass", "harmony", "lead"))


def song(meter: str = "4/4", form: str = "verse:3 chorus:3", seed: int = 3) -> Draft:
    made = arrange(GlobalState.create(key="Eb minor", meter=meter, form=form, style="pop"), seed=seed)
    return Draft.of(made.state, made.scores)


def listening(seed: int = 0) -> tuple[Composer, Listening]:
    engine = Listening(seed)
    return Composer(None, engine), engine


@pytest.fixture(scope="module")
def composer(tmp_path_factory):
    return load(write_composer(tmp_path_factory.mktemp("weights") / "composer").path)


def copy(draft: Draft) -> Draft:
    return draft.without(())


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_what_is_heard_at_work_is_what_training_showed(data):
    full = song(seed=data.draw(st.integers(0, 50)))
    bars = sorted(data.draw(st.sets(st.integers(0, 5), min_size=1, max_size=3)))
    bars = list(range(bars[0], bars[-1] + 1))
    parts = sorted(data.draw(st.sets(st.sampled_from((1, 2, 3, 4)), min_size=1)))
    places = [(part, bar) for bar in bars for part in parts]
    bars = list(next_run(full.without(places), places))
    places = [(part, bar) for bar in bars for part in parts]
    composer, engine = listening(data.draw(st.integers(0, 100)))
    draft = full.without(places)
    like = data.draw(st.sampled_from([{}, model_bars(full.state), {bars[-1]: 1}]))
    window, shown = view(draft, bars, [like[bar] for bar in bars if bar in like])
    composer.write(draft, places, 1, Wishes(like=like))
    heard = engine.runs[0]
    rows = example(draft, places, window, shown)
    there = standing(draft)
    for part, bar in places:
        there[part, bar] = False
    trained = Conditions(Tables(draft), there, window[0], None, like).rows(rows)
    assert [token for token, _ in heard] == rows.tokens.tolist()
    assert np.array_equal(np.stack([row for _, row in heard]), trained)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 40), st.integers(0, 5), st.sampled_from((0, 1, 2, 3, 4)))
def test_nothing_shows_before_it_is_written(seed, bar, part):
    full, other = song(seed=seed), song(seed=seed + 1)
    places = [(p, b) for p in range(5) for b in range(6)]
    changed = copy(full)
    if part == CHORDS:
        changed.chords[bar] = other.chords[bar]
    else:
        changed.notes[part][bar] = other.notes[part][bar]
    changed.told.clear()
    seen = []
    for draft in (full, changed):
        rows = example(draft, places, range(6))
        there = np.zeros_like(standing(draft))
        features = Conditions(Tables(draft), there, 0, None, model_bars(draft.state)).rows(rows)
        begun = int(np.flatnonzero((rows.bar == bar) & (rows.part == part))[0])
        seen.append((rows.tokens[: begun + 1], features[: begun + 1]))
    assert np.array_equal(seen[0][0], seen[1][0]) and np.array_equal(seen[0][1], seen[1][1])


def test_conditions_say_what_they_should():
    draft = song()
    rows = example(draft, [(LEAD, 2)], range(6))
    there = standing(draft)
    there[LEAD, 2] = False
    features = Conditions(Tables(draft), there, 0, None, model_bars(draft.state)).rows(rows)
    assert features.shape == (len(rows), FEATURES)
    last = np.flatnonzero((rows.area == 3) & (rows.part == LEAD))[0]
    assert features[last, column("part")].tolist() == [0, 0, 0, 0, 1]
    chord = draft.chords[2][0]
    root = (chord.root_pc - draft.state.key.tonic_pc) % 12
    assert features[last, column("chord")][:12].argmax() == root
    kicks = features[last, column("begins")][:32]
    first = min(n.onset for n in draft.notes[DRUMS][2] if n.pitch == 36) - 2 * 384
    assert np.flatnonzero(kicks)[0] == round(first / 24)


@st.composite
def limits(draw):
    low = draw(st.integers(20, 70))
    return Limits(
        low,
        draw(st.integers(low + 12, 110)),
        draw(st.none() | st.just(frozenset({3, 5, 6, 8, 10, 11, 1}))),
        draw(st.booleans()),
        draw(st.none() | st.integers(1, 3)),
        draw(st.none() | st.frozensets(st.integers(0, 6 * 384 - 1), max_size=30)),
    )


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_limits_are_kept_and_nothing_else_moves(data):
    draft = song(meter=data.draw(st.sampled_from(("4/4", "7/8", "3/4"))))
    before = copy(draft)
    part = data.draw(st.sampled_from((BASS, HARMONY, LEAD)))
    bars = sorted(data.draw(st.sets(st.integers(0, 5), min_size=1, max_size=4)))
    limit = data.draw(limits())
    ticks = draft.state.meter.ticks_per_bar
    if limit.rhythm is None and data.draw(st.booleans()):
        first = data.draw(st.integers(0, 4)) * ticks + data.draw(st.integers(0, 96))
        limit = replace(limit, silent=((first, first + 140),))
    stands = tuple(n for n in draft.score(part).notes if n.onset // ticks not in bars)
    limit = replace(limit, stands=stands)
    composer, _ = listening(data.draw(st.integers(0, 1000)))
    human = frozenset(data.draw(st.sampled_from(((DRUMS,), (DRUMS, part)))))
    try:
        wishes = Wishes(AllLimits({PARTS[part]: limit}), human=human)
        composer.write(draft, [(part, b) for b in bars], 5, wishes)
    except UsageError as error:
        assert limit.rhythm is not None or "leave no note" in str(error)
        return
    for other in draft.notes:
        for bar in range(6):
            if (other, bar) not in [(part, b) for b in bars]:
                assert draft.notes[other][bar] == before.notes[other][bar]
    assert draft.chords == before.chords
    written = [n for b in bars for n in draft.notes[part][b]]
    for note in written:
        assert limit.low <= note.pitch <= limit.high and note.end <= draft.state.total_ticks
        assert limit.scale is None or note.pitch % 12 in limit.scale
        beat = note.onset // draft.state.meter.ticks_per_beat
        if limit.chord_on_beats and note.onset % draft.state.meter.ticks_per_beat == 0:
            chord = draft.state.chords[beat]
            assert chord is None or note.pitch % 12 in {*chord.pitch_classes, chord.bass_pc}
        assert not any(note.onset < last and note.end > first for first, last in limit.silent)
        if limit.polyphony is not None:
            both = (*written, *stands)
            begun = [note.onset, *(n.onset for n in both if note.onset < n.onset < note.end)]
            assert all(sum(n.onset <= at < n.end for n in both) <= limit.polyphony for at in begun)
    if limit.rhythm is not None:
        asked = {t for t in limit.rhythm if t // ticks in bars}
        assert {n.onset for n in written} == asked


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100), st.integers(1, 90), st.integers(1, 3))
def test_drums_end_with_the_song_and_before_a_silence(seed, before, voices):
    draft = song(form="verse:2")
    composer, _ = listening(seed)
    silence = (384 + before, 384 + before + 50)
    wishes = Wishes(AllLimits({"drums": Limits(polyphony=voices, silent=(silence,))}))
    composer.write(draft, [(DRUMS, 0), (DRUMS, 1)], seed, wishes)
    written = draft.score(DRUMS).notes
    for note in written:
        assert note.end <= draft.state.total_ticks
        assert not (note.onset < silence[1] and note.end > silence[0])
        assert sum(n.onset <= note.onset < n.end for n in written) <= voices


def test_a_rhythm_of_very_many_notes_is_kept_whole():
    composer, _ = listening()
    draft = song(form="verse:1")
    rhythm = frozenset(range(0, 384, 3))
    composer.write(draft, [(LEAD, 0)], 1, Wishes(AllLimits({"lead": Limits(rhythm=rhythm, polyphony=1)})))
    assert {n.onset for n in draft.score(LEAD).notes} == rhythm
    assert all(n.end <= n.onset + 3 for n in draft.score(LEAD).notes if n.onset < 381)


def test_a_rhythm_under_notes_that_sound_on_names_the_voices():
    composer, _ = listening()
    draft = song()
    held = (Note(0, 800, 60, 90),)
    wishes = Wishes(AllLimits({"lead": Limits(rhythm=frozenset({500}), polyphony=1, stands=held)}))
    with pytest.raises(UsageError, match=r"lead, bar 2: .* rhythm has one at beat 2\.21, .* voices \(1\)"):
        composer.write(draft, [(LEAD, 1)], 1, wishes)


def test_notes_that_stand_sound_as_long_as_they_do_not_as_they_are_heard():
    composer, _ = listening()
    draft = song()
    draft.notes[LEAD][0] = (Note(280, 112, 60, 92),)  # heard to sound into bar 2
    limit = Limits(rhythm=frozenset({384}), polyphony=1, stands=(Note(280, 104, 60, 90),))
    composer.write(draft, [(LEAD, 1)], 1, Wishes(AllLimits({"lead": limit})))
    assert [n.onset for n in draft.notes[LEAD][1]] == [384]


def test_a_length_is_told_in_one_way():
    cursor = Cursor(LEAD, song().state.key)
    for number in (token("position", 0), token("pitch", 60), token("velocity", 80), token("long", 2)):
        cursor.feed(number)
    longs = np.flatnonzero(allowed(cursor, Frame(LEAD, 0, 384, 96, 10**6))[span("long")])
    assert longs.tolist() == [0, 1]


def test_the_same_request_gives_the_same_notes(composer):
    places = [(part, bar) for part in (CHORDS, DRUMS, BASS, LEAD) for bar in range(6)]
    made = []
    for seed in (1, 1, 2):
        draft = song()
        composer.write(draft, places, seed)
        made.append((draft.chords, {p: draft.score(p).sha256 for p in draft.notes}))
    assert made[0] == made[1] and made[0] != made[2]


@pytest.mark.parametrize("isa", ["generic", "avx2", "avx512"])
def test_every_instruction_set_gives_the_same_notes(composer, isa, monkeypatch):
    from stemwright.native.options import available_isas

    if isa not in available_isas():
        pytest.skip(f"no {isa} here")
    monkeypatch.setenv("STEMWRIGHT_ISA", isa)
    draft = song()
    Composer.load(composer.bundle).write(draft, [(LEAD, 1), (LEAD, 2), (DRUMS, 2)], 7)
    assert draft.score(LEAD).sha256[:16] == "5b54b91b15eed7e8"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"low": 60, "high": 50}, "range 60-50"),
        ({"low": 61, "high": 61, "scale": frozenset({0})}, "no note of the scale"),
        ({"polyphony": 0}, "voices: 0 given"),
        ({"silent": ((96, 96),)}, "ends before"),
        ({"silent": ((0, 96),), "rhythm": frozenset({48})}, "rhythm and silence"),
    ],
)
def test_limits_that_contradict_themselves(change, problem):
    with pytest.raises(UsageError, match=problem):
        Limits(**change)


def test_limits_that_leave_nothing_are_named():
    composer, _ = listening()
    draft = song()
    draft.chords[1] = tuple([draft.chords[1][0].transposed(0, draft.state.key)] * 4)
    tones = draft.chords[1][0].pitch_classes
    low = next(p for p in range(60, 72) if p % 12 not in {*tones, draft.chords[1][0].bass_pc})
    wishes = Wishes(AllLimits({"lead": Limits(low, low, rhythm=frozenset({384}), chord_on_beats=True)}))
    with pytest.raises(UsageError, match="lead, bar 2: the limits leave no note"):
        composer.write(draft, [(LEAD, 1)], 1, wishes)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3), st.booleans())
def test_a_part_rests_no_longer_than_it_may(seed, most, kept_silent):
    composer, _ = listening(seed)
    draft = song(seed=seed % 50)
    ticks = draft.state.meter.ticks_per_bar
    silent = ((0, 6 * ticks),) if kept_silent else ()
    wishes = Wishes(AllLimits({"bass": Limits(silent=silent)}), rests={BASS: most})
    composer.write(draft, [(BASS, bar) for bar in range(6)], seed, wishes)
    notes = draft.score(BASS).notes
    spans = [range(first, first + most + 1) for first in range(6 - most)]
    heard = [any(n.onset < (s[-1] + 1) * ticks and n.end > s[0] * ticks for n in notes) for s in spans]
    assert not any(heard) if kept_silent else all(heard)
