"""Layers are an open set; what a layer is like is said by its kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.exchange.programs import program_of
from stemwright.song.layers import KINDS, LAYERS, is_drums, kind_of
from stemwright.song.midi_read import read_midi
from stemwright.song.midi_write import write_midi
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.composer.limits import FREE, Limits, usual
from stemwright.symbolic.events.vocabulary import PARTS, part_of


@pytest.mark.parametrize(
    ("layer", "kind"),
    [
        ("bass-2", "bass"), ("drums2", "drums"), ("drums-fill", "drums"), ("lead-flute", "lead"),
        ("harmony", "harmony"), ("audio-take", "audio"), ("strings", "harmony"), ("b", "harmony"),
        ("2nd-bass", "harmony"), ("bassoon", "harmony"),
    ],
)  # fmt: skip
def test_kinds(layer: str, kind: str) -> None:
    assert kind_of(layer) == kind


@given(st.sampled_from(LAYERS), st.from_regex(r"([-_0-9][a-z0-9_-]{0,8})?", fullmatch=True))
def test_a_further_layer_is_like_its_kind_to_every_reader(kind: str, rest: str) -> None:
    layer = kind + rest
    assert kind_of(layer) == kind
    assert is_drums(layer) == (kind == "drums")
    assert PARTS[part_of(layer)] == kind
    assert usual(layer) == usual(kind)
    assert program_of(layer, "") == program_of(kind, "") == KINDS[kind].program


def test_what_kinds_have() -> None:
    assert list(KINDS) == [*LAYERS, "audio"]
    assert (
        usual("drums2") == FREE and usual("bass-2") == Limits(28, 60) and usual("strings") == Limits(36, 96)
    )
    assert PARTS[part_of("audio")] == "lead"


def test_a_second_bass_is_exported_as_a_bass() -> None:
    score = Score.from_notes([Note(0, 96, 40, 90)])
    midi = read_midi(write_midi(GlobalState.create(), {"bass-2": score, "strings": score, "lead-2": score}))
    assert [(track.name, track.program) for track in midi.tracks] == [
        ("bass-2", 33), ("lead-2", 80), ("strings", 0),
    ]  # fmt: skip
