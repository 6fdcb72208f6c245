"""Gains from bar to bar: as bars would hold them one by one; in `song.json` only where there are some."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song import gains
from stemwright.song.document import LayerEntry, Sampled, Song, Take, dumps, loads
from stemwright.song.sealed import seal
from stemwright.song.state import GlobalState
from stemwright.song.takes import RECORDING

STATE = GlobalState.create(form="verse:8")
spans = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(-60, 24).map(float)), max_size=8)


@given(spans)
def test_like_a_list_of_bars(changes: list[tuple[int, int, float]]) -> None:
    model, found = [0.0] * 8, ()
    for first, last, level in changes:
        wanted = {bar: level for bar in range(first, last + 1)}
        for bar in wanted:
            model[bar] = level
        found = gains.with_bars(found, wanted, 8)
        assert [gains.of_bar(found, bar) for bar in range(8)] == model
        assert gains.checked(found) == found
    song = Song("A Tune", STATE, 1, {"bass": LayerEntry(gains=found)})
    data = dumps(song)
    assert loads(data) == song and json.loads(data)["schema"] == (5 if any(model) else 1)


@pytest.mark.parametrize(
    "wrong", [((0, 0.0),), ((3, 1.0), (3, 2.0)), ((5, 1.0), (3, 2.0)), ((1, 2.0), (2, 2.0)), ((0, 25.0),),
              ((0, float("nan")),), ((-1, 1.0),)],
)  # fmt: skip
def test_what_is_out_of_order_or_bounds_is_refused(wrong: gains.Gains) -> None:
    with pytest.raises(UsageError, match="gains"):
        LayerEntry(gains=wrong)


@pytest.mark.parametrize(
    "value", [[], {}, None, [{"bar": 0, "gain_db": 1.0}], [{"bar": 2}], [{"bar": 2, "gain_db": "loud"}],
              [{"bar": 2, "gain_db": 1.0, "more": 1}], [{"bar": 2, "gain_db": True}]],
)  # fmt: skip
def test_other_values_in_a_document_are_refused(value: Any) -> None:
    document = json.loads(dumps(Song("A Tune", STATE, 1, {"bass": LayerEntry(gains=((1, 3.0),))})))
    document["layers"]["bass"]["gains"] = value
    with pytest.raises(UsageError, match="gains"):
        loads(seal(document))


def test_older_documents_have_neither_gains_nor_recordings() -> None:
    player = Sampled("take.wav", "", "c" * 64, RECORDING)
    take = Take(1, 0, "", "a" * 64, None, None, STATE.frames, 1, "e" * 64, player)
    for entry in (LayerEntry(gains=((1, 3.0),)), LayerEntry(take=1, takes=(take,), kind="audio")):
        song = Song("A Tune", STATE, 1, {"voice": entry})
        document = json.loads(dumps(song))
        assert document["schema"] == 5 and loads(dumps(song)) == song
        with pytest.raises(UsageError, match=r"gains|player\.kind"):
            loads(seal({**document, "schema": 4}))
    assert take.recorded and entry.score_in_use is None and entry.timbre_in_use == ""
