"""Parts beside drums, bass, harmony and lead: what each keeps to, and that the four do not hear of them."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange
from stemwright.compose.parts import MAX_LAYERS, PARTS, known_part, parse_layers, part_of
from stemwright.compose.styles import BOOK, style_of
from stemwright.errors import UsageError
from stemwright.evaluation.symbolic.clashes import clashing
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.layers import LAYERS, is_drums
from stemwright.song.piece import Piece
from stemwright.song.state import GlobalState

ROLES = tuple(layer.role for name in PARTS for layer in parse_layers([name], "layers"))
FORM = "intro:4 verse:8 chorus:8 verse:8 chorus:8 bridge:4 chorus:8 outro:4"
BANDS = [name for name in BOOK if style_of(name).layers]


def band(style: str, seed: int = 1, meter: str = "4/4", key: str = "F# minor") -> Piece:
    """A song of the style's usual layers."""
    roles = [layer.role for layer in parse_layers(style_of(style).layers, "layers")]
    return arrange(GlobalState.create("112", key, meter, FORM, style), roles, seed)


states = st.builds(
    GlobalState.create,
    bpm=st.just("100"),
    key=st.sampled_from(("C", "F# minor", "D dorian")),
    meter=st.sampled_from(("4/4", "3/4", "6/8", "5/4", "7/8", "1/4", "4/4, 2: 7/8")),
    form=st.sampled_from(("verse:2", "intro:1 chorus:3", "outro:2", "a:9 b:4", "verse:3 verse:3 thing:2")),
    style=st.sampled_from(BOOK),
)


@given(states, st.integers(0, 2**32), st.sets(st.sampled_from(ROLES), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_every_part_is_sound_and_the_four_do_not_hear_it(
    state: GlobalState, seed: int, some: set[str]
) -> None:
    """A part alone is as among all; drums, bass, harmony and lead are as without parts."""
    four = arrange(state, seed=seed)
    made = arrange(state, (*LAYERS, *sorted(some)), seed)
    assert made.state == four.state
    assert {layer: made.scores[layer] for layer in LAYERS} == four.scores
    for role in some:
        score = made.scores[role]
        assert score == arrange(state, (role,), seed).scores[role]
        assert score.notes and score.end_tick <= state.total_ticks, "it rests for a whole song"
        ends: dict[int, int] = {}
        for note in sorted(score.notes):
            assert ends.get(note.pitch, 0) <= note.onset
            ends[note.pitch] = note.end
        if not is_drums(role):
            low, high = (28, 60) if role.startswith("bass") else (40, 84)
            assert all(low <= note.pitch <= high for note in score.notes)


@pytest.mark.parametrize("style", BANDS)
def test_a_usual_band(style: str) -> None:
    """Its parts are known, none rests for the whole song, and none rubs with the band by a semitone."""
    made = band(style)
    parts = [role for role in made.scores if role not in LAYERS]
    assert parts and all(known_part(role.rpartition(":")[2]) for role in parts)
    assert all(score.notes for score in made.scores.values())
    for one, other in combinations([role for role in made.scores if not is_drums(role)], 2):
        if {one, other} - set(LAYERS):
            pair = SymbolicSong(made.state, {role: made.scores[role] for role in (one, other)}, name=style)
            assert clashing(pair)[1].mean() <= 0.01, (one, other)


def starts(made: Piece, role: str) -> list[tuple[int, int]]:
    """The bar and the sixteenth, as near as may be, of each onset."""
    return [divmod((note.onset + 12) // 24, 16) for note in made.scores[role].notes]


def test_parts_come_in_one_after_the_other() -> None:
    """Bars of the first verse and of the intro are less full than those of the chorus; returns are alike."""
    made = band("soul", seed=3)
    for role in ("percussion", "harmony:brass"):
        counts = [0] * made.state.bars
        for bar, _ in starts(made, role):
            counts[min(bar, made.state.bars - 1)] += 1
        assert sum(counts[0:4]) <= sum(counts[4:12]) / 2 < sum(counts[12:20])
        first, second = ({p for p in starts(made, role) if a <= p[0] < a + 6} for a in (28, 40))
        moved = {(bar - 12, step) for bar, step in second}
        assert len(first & moved) >= 0.7 * len(first | moved), role


def test_percussion_leaves_the_skins_of_the_kit_alone() -> None:
    made = band("salsa")
    kit = {place for place, note in zip(starts(made, "drums"), made.scores["drums"].notes, strict=True)
           if note.pitch in (38, 40, 45, 47, 50)}  # fmt: skip
    congas = [place for place, note in zip(starts(made, "percussion"), made.scores["percussion"].notes,
              strict=True) if note.pitch in (45, 47, 50) and note.velocity < 90]  # fmt: skip
    assert congas and sum(place in kit for place in congas) <= 0.05 * len(congas)


def test_brass_and_counter_melody_move_where_the_lead_rests() -> None:
    swing, ballad = band("swing"), band("ballad")
    lead = set(starts(swing, "lead"))
    blows = [place for place in set(starts(swing, "harmony:brass")) if place[1] and place[1] < 8]
    assert blows and sum(place in lead for place in blows) <= 0.34 * len(blows)
    lead = set(starts(ballad, "lead"))
    moves = [place for place in starts(ballad, "lead:counter") if place[1]]
    assert moves and sum(place in lead for place in moves) <= 0.25 * len(moves), "but where the chord changes"
    notes = sorted(ballad.scores["lead:counter"].notes)
    assert all(a.end <= b.onset for a, b in pairwise(notes)), "it is one voice"


def test_a_pad_is_wide_and_holds_what_stays() -> None:
    made = band("house")
    pad = sorted(made.scores["harmony:pad"].notes)
    together = [[n for n in pad if n.onset <= tick < n.end] for tick in range(400, 4000, 384)]
    widths = [max(n.pitch for n in chord) - min(n.pitch for n in chord) for chord in together]
    assert sorted(widths)[len(widths) // 2] >= 12
    assert max(note.duration for note in pad) > 384, "a voice that stays sounds on over the bar line"


def test_power_chords_are_chugged_low() -> None:
    notes = band("metal").scores["harmony:guitar2"].notes
    assert {note.pitch for note in notes} <= set(range(40, 76)) and min(n.pitch for n in notes) < 48


def test_a_further_layer_of_a_kind_is_no_double() -> None:
    names = ("drums2", "bass-2", "harmony:strings", "lead-flute")
    made = arrange(GlobalState.create(form="verse:8 chorus:8"), (*LAYERS, *names), 1).scores
    for name, kind in zip(names, LAYERS, strict=True):
        assert made[name].notes and made[name] != made[kind]


def test_a_band_without_a_known_layer_has_its_part_played_by_another() -> None:
    state = GlobalState.create(form="verse:4 chorus:4", style="funk")
    four = arrange(state, seed=2).scores
    roles = ("drums", "bass", "harmony:guitar", "lead:voice")
    made = arrange(state, roles, 2, heard={}, band=roles).scores
    assert made["harmony:guitar"] == four["harmony"] and made["lead:voice"] == four["lead"]
    assert part_of("harmony:pad", ("harmony:pad",)) is PARTS["pad"], "a pad stays one"
    assert part_of("lead:counter", ("bass", "lead:counter")) is None
    assert part_of("harmony:organ", ("harmony:keys", "harmony:organ")) is PARTS["organ"]


@pytest.mark.parametrize(
    "roles", [("bass",), ("lead",), ("percussion",), ("harmony:pad",), ("lead:counter",)]
)
def test_a_song_of_one_layer(roles: tuple[str, ...]) -> None:
    made = arrange(GlobalState.create(form="verse:4"), roles, 3, heard={}, band=roles)
    assert len({made.state.bar_of_tick(note.onset) for note in made.scores[roles[0]].notes}) >= 3


def test_layers_as_they_are_written() -> None:
    found = parse_layers(["drums", " pad ", "pad-2", "zither:harmony", "strings:lead", "bass-2"], "layers")
    assert [layer.role for layer in found] == [
        "drums", "harmony:pad", "harmony:pad-2", "harmony:zither", "lead:strings", "bass-2",
    ]  # fmt: skip
    assert found[1].part is found[2].part is PARTS["pad"] and found[4].part is None
    assert all(known_part(name) is part and part.kind in LAYERS for name, part in PARTS.items())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no layer; write for example drums,bass,harmony,lead"),
        (" , ", "names no layer"),
        ("drums,,bass", "'' is not a layer name"),
        ("drums,bass,drums", "'drums' is given twice"),
        ("zither", "what is 'zither'? Add its kind, zither:harmony (drums, bass"),
        ("audio", "what is 'audio'?"),
        ("pad:horn", "'horn' is no kind; use drums, bass, harmony, lead"),
        ("pad:", "'' is no kind"),
        ("Pad", "'Pad' is not a layer name"),
        (",".join(f"pad{n}" for n in range(40)), f"40 layers given; give at most {MAX_LAYERS}"),
    ],
)  # fmt: skip
def test_layers_that_cannot_be(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_layers(text.split(","), "layers")
    assert said in str(refused.value) and "\n" not in str(refused.value)
