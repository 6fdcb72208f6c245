"""Where partials lie, and what a damaged tuning is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stemwright.codec.tone.layout import MAX_PARTIALS
from stemwright.codec.tone.tuning import TOP, Strings, Tuning, phases, read_tuning
from stemwright.errors import UsageError

TUNED = Tuning(
    {"harmony/piano": Strings((40.0, 60.0, 80.0), (-10.0, 0.0, 10.0), (3e-4, 1e-4, 2e-4))},
    {"drums/rock": {36: (55.0, 110.5), 38: (190.0,)}},
)
EMPTY = Tuning().to_json()


@pytest.mark.parametrize(("pitch", "cents", "stiffness"), [(40, -10, 3e-4), (50, -5, 2e-4), (20, -10, 3e-4)])
def test_partials_are_those_of_a_stiff_string(pitch: int, cents: float, stiffness: float) -> None:
    made = TUNED.frequencies("harmony", "piano", pitch, False)
    f0 = 440 * 2 ** ((pitch - 69 + cents / 100) / 12)
    for h in (1, 2, 10, len(made)):
        want = h * f0 * ((1 + stiffness * h * h) / (1 + stiffness)) ** 0.5
        assert made[h - 1] == pytest.approx(want, rel=1e-12)
    assert made.dtype == np.float64 and (np.diff(made) > 0).all() and made[-1] < TOP


def test_an_unknown_timbre_is_in_tune_and_harmonic() -> None:
    assert TUNED.frequencies("harmony", "kazoo", 69, False)[:3] == pytest.approx([440, 880, 1320])
    assert len(TUNED.frequencies("bass", "", 0, False)) == MAX_PARTIALS
    assert len(TUNED.frequencies("lead", "", 127, False)) == 1


def test_drums_have_the_modes_of_their_pieces() -> None:
    assert list(TUNED.frequencies("drums", "rock", 36, True)) == [55.0, 110.5]
    for timbre, pitch in (("rock", 42), ("kazoo", 36)):
        none = TUNED.frequencies("drums", timbre, pitch, True)
        assert none.shape == (0,) and none.dtype == np.float64


def test_there_and_back() -> None:
    record = json.loads(json.dumps(TUNED.to_json()))
    assert Tuning.from_json(record, "here") == TUNED
    assert Tuning.from_json(EMPTY, "here") == Tuning()


def strings(**change: Any) -> dict[str, Any]:
    good = {"pitch": [40, 60], "cents": [0, 1], "stiffness": [0, 0]}
    return {**EMPTY, "strings": {"bass/x": {**good, **change}}}


def modes(kit: Any) -> dict[str, Any]:
    return {**EMPTY, "modes": {"drums/x": kit}}


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ([], "must hold 'strings'"),
        ({"strings": {}}, "must hold 'strings'"),
        ({**EMPTY, "more": 1}, "must hold 'strings'"),
        ({**EMPTY, "strings": []}, "'strings' must be an object"),
        ({**EMPTY, "modes": {str(i): {} for i in range(1025)}}, "'modes' must be an object"),
        ({**EMPTY, "strings": {"bass/x": 3}}, "bass/x"),
        ({**EMPTY, "strings": {"bass/x": {"pitch": [1]}}}, "must hold pitch, cents, stiffness"),
        (strings(pitch=[60, 40]), "pitches must rise"),
        (strings(pitch=[60, 60]), "pitches must rise"),
        (strings(pitch=[60]), "pitches must rise"),
        (strings(pitch=[], cents=[], stiffness=[]), "pitches must rise"),
        (strings(cents=[0, 201]), "be small"),
        (strings(stiffness=[0, -1e-9]), "be small"),
        (strings(stiffness=[0, 0.02]), "be small"),
        (strings(cents=[0, float("nan")]), "numbers"),
        (strings(pitch=[0, float("inf")]), "numbers"),
        (strings(pitch=[0, 10**400]), "numbers"),
        (strings(cents=[0, True]), "numbers"),
        (strings(cents=[0, "1"]), "numbers"),
        (strings(cents="ab"), "numbers"),
        (strings(cents=[0] * 129), "at most 128 numbers"),
        (modes([]), "object of pitches"),
        (modes({"kick": [50]}), "object of pitches"),
        (modes({"128": [50]}), "object of pitches"),
        (modes({"9" * 5000: [50]}), "object of pitches"),
        (modes({"36": 50}), "numbers"),
        (modes({"36": [50.0] * 13}), "at most 12 numbers"),
        (modes({"36": [9.9]}), "between 10 and 20000 Hz"),
        (modes({"36": [20000]}), "between 10 and 20000 Hz"),
        (modes({"36": [float("nan")]}), "numbers"),
    ],
)  # fmt: skip
def test_what_is_no_tuning(record: Any, word: str) -> None:
    with pytest.raises(UsageError, match=word) as refused:
        Tuning.from_json(record, "tuning.json")
    said = str(refused.value)
    assert said.startswith("tuning.json: ") and said.endswith("; get the bundle again")
    assert "\n" not in said and len(said) < 300


@pytest.mark.parametrize("name", ["x" * 5000, "a\nb"])
def test_names_do_not_spoil_the_line(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        Tuning.from_json({**EMPTY, "strings": {name: 0}}, "tuning.json")
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"strings": {}, "modes": NaN}', b"null"]
)
def test_a_file_that_is_no_tuning(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "tuning.json"
    for there in (False, True):
        if there:
            file.write_bytes(data)
        with pytest.raises(UsageError, match="get the bundle again") as refused:
            read_tuning(file)
        assert "\n" not in str(refused.value)
    file.write_text(json.dumps(TUNED.to_json()))
    assert read_tuning(file) == TUNED


def test_phases_are_spread() -> None:
    made = np.sort(phases(100))
    assert ((made >= 0) & (made < 1)).all() and np.diff(made).min() > 0.002
