"""The table of actions: checked, written and read back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.live.control.actions import (
    ACTIONS,
    Action,
    as_record,
    from_record,
    make,
    read_line,
    release_of,
)
from stemwright.live.control.parameters import Parameter, Value


def values(parameter: Parameter) -> st.SearchStrategy[Value]:
    if parameter.kind == "str":
        words = st.text(
            st.characters(min_codepoint=33, max_codepoint=1000, categories=("L", "N")), min_size=1
        )
        return st.sampled_from(parameter.choices) if parameter.choices else words.map(lambda w: w[:500])
    if parameter.kind == "any":
        return (
            st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False) | st.just("chord")
        )
    if parameter.kind == "int":
        return st.integers(int(parameter.low), int(parameter.high))
    return st.floats(parameter.low, parameter.high)


@st.composite
def actions(draw: st.DrawFn) -> Action:
    kind = ACTIONS[draw(st.sampled_from(sorted(ACTIONS)))]
    given = {parameter.name: draw(values(parameter)) for parameter in kind.parameters}
    return make(kind.name, given, draw(st.integers(0, 2**40)))


@given(actions())
def test_actions_come_back_from_the_session_log(action: Action) -> None:
    assert from_record(json.loads(json.dumps(as_record(action)))) == action


@given(actions())
def test_actions_come_back_as_lines(action: Action) -> None:
    line = " ".join([action.name, *(f'{key}="{value!s}"' for key, value in action.arguments.items())])
    assert read_line(line, action.sample) == action


@given(st.sampled_from(sorted(ACTIONS)), st.data())
def test_a_knob_lays_its_travel_over_the_range(name: str, data: st.DataObject) -> None:
    for parameter in ACTIONS[name].parameters:
        if parameter.can_turn:
            travel = data.draw(st.floats(0, 1))
            value = parameter.checked(parameter.at(travel), name)
            fine = {"float": 1e-9, "int": 0.5 / max(parameter.high - parameter.low, 1)}.get(parameter.kind)
            fine = 0.5 / len(parameter.choices) if fine is None else fine
            assert abs(parameter.travel(value) - travel) <= fine + 1e-9


def test_a_cutoff_is_laid_out_in_octaves() -> None:
    cutoff = ACTIONS["column.lowpass"].parameter("value")
    assert [round(cutoff.at(i / 3)) for i in range(4)] == [20, 200, 2000, 20000]


def test_arguments_by_order_and_by_name() -> None:
    assert read_line("slot.launch 2 5 velocity=90", 7) == make("slot.launch", [2, 5, 90], 7)
    assert make("slot.launch", [2, 5]).arguments == {"column": 2, "row": 5, "velocity": 127}


def test_letting_go_of_a_pad_names_its_slot() -> None:
    assert release_of(make("slot.launch", [2, 5, 9]), 44) == make("slot.release", [2, 5], 44)
    assert release_of(make("transport.tap"), 44) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("slot.launch 0", "slot.launch: row: is missing; it must be 0 to 511"),
        ("slot.launch 0 999", "slot.launch: row: must be 0 to 511, not 999"),
        ("slot.launch 0 x", "slot.launch: row: must be 0 to 511, not 'x'"),
        ("slot.lunch 0 0", "'slot.lunch' is none; there are slot.launch"),
        ("transport.tempo nan", "value: must be 20 to 400 BPM, not nan"),
        ("launch.quantise often", "grid: must be one of none, 1/16"),
        ("panic now", "takes nothing; 1 arguments were given"),
        ("column.mute 0 off=1", "has no argument 'off'; it takes column, on"),
        ("'", "write a name, then its arguments"),
        ("", "write a name, then its arguments"),
    ],
)
def test_what_is_no_action_is_said_to_be_none(line: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_line(line)
    assert said in str(caught.value)


@pytest.mark.parametrize("record", [{}, {"action": 3, "arguments": {}, "sample": 0}, {"action": "panic"}])
def test_a_log_of_something_else(record: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        from_record(record)
