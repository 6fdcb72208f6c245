"""Controls of every kind, soft take-over, and MIDI learn."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.live.control.actions import Action
from stemwright.live.control.learn import Learner, encoding
from stemwright.live.control.mapping import Mapped, Mappings, Mode, check, conflicts, steps_of
from stemwright.live.control.parameters import Value
from stemwright.live.control.sources import Decoder, Movement, Source
from stemwright.live.midi.messages import Message, control, note_off, note_on

KNOB = Source("control", 0, 74)
RATE = 48000


class Desk:
    """Values of actions, as whoever does them keeps them."""

    def __init__(self, **values: float) -> None:
        self.values: dict[str, Value] = {name.replace("_", "."): value for name, value in values.items()}

    def current(self, name: str, arguments: Mapping[str, Value]) -> Value | None:
        return self.values.get(name)

    def do(self, actions: list[Action]) -> list[Value]:
        done = [list(action.arguments.values())[-1] for action in actions]
        self.values |= {action.name: value for action, value in zip(actions, done, strict=True)}
        return done


def turned(*values: int, source: Source = KNOB, most: int = 127) -> list[Movement]:
    return [Movement(source, value, most, i) for i, value in enumerate(values)]


def decoded(*messages: Message) -> list[tuple[str, int, int]]:
    return [(m.source.kind, m.source.number, m.value) for m in Decoder().movements(messages)]


def test_controls_of_14_bits_are_whole_with_their_fine_half() -> None:
    found = decoded(control(0, 1, 0x12), control(0, 33, 0x34), control(0, 33, 0x35))
    assert [one for one in found if one[0] == "control14"] == [
        ("control14", 1, 0x12 << 7 | 0x34),
        ("control14", 1, 0x12 << 7 | 0x35),
    ]


def test_a_14_bit_control_without_fine_halves_reaches_both_ends() -> None:
    found = [one[2] for one in decoded(*(control(0, 1, v) for v in (64, 0, 127))) if one[0] == "control14"]
    assert found == [0, 16383]


def test_parameter_numbers() -> None:
    chosen = [control(0, 99, 2), control(0, 98, 3)]
    number = 2 << 7 | 3
    assert decoded(*chosen, control(0, 6, 9), control(0, 38, 1), control(0, 38, 2)) == [
        ("nrpn", number, 9),
        ("nrpn14", number, 9 << 7 | 1),
        ("nrpn14", number, 9 << 7 | 2),
    ]
    moved = Decoder().movements([*chosen, control(0, 96, 0), control(0, 97, 0)])
    assert [(m.source.number, m.step) for m in moved] == [(number, 1), (number, -1)]


def test_data_entry_without_a_number_is_a_plain_controller() -> None:
    assert ("control", 6, 9) in decoded(control(0, 6, 9))
    assert ("control", 6, 9) in decoded(
        control(0, 99, 2), control(0, 98, 3), control(0, 101, 0), control(0, 6, 9)
    )
    assert ("control", 6, 9) in decoded(control(0, 99, 127), control(0, 98, 127), control(0, 6, 9))


def test_bends_programs_and_pressures() -> None:
    assert decoded(Message("bend", 0, 1, 64), Message("program", 0, 5), Message("pressure", 0, 7)) == [
        ("bend", 0, 8193),
        ("program", 5, 127),
        ("pressure", 0, 7),
    ]
    assert decoded(Message("poly_pressure", 0, 60, 7)) == [("poly_pressure", 60, 7)]


@pytest.mark.parametrize(
    ("mode", "right", "left"),
    [
        ("twos_complement", (1, 3), (127, 125)),
        ("binary_offset", (65, 67), (63, 61)),
        ("sign_magnitude", (1, 3), (65, 67)),
    ],
)
def test_three_ways_of_writing_steps(mode: Mode, right: tuple[int, int], left: tuple[int, int]) -> None:
    assert [steps_of(value, mode) for value in (*right, *left)] == [1, 3, -1, -3]
    assert encoding([right[0]] * 4 + [left[0]] * 4) == mode


@pytest.mark.parametrize(
    "values", [[1, 2, 3, 4], [60, 61, 63, 66], [127, 120, 100], [0, 5, 20, 64, 127], [3]]
)
def test_knobs_are_no_encoders(values: list[int]) -> None:
    assert encoding(values) == "absolute"


def test_an_encoder_moves_from_where_the_value_is() -> None:
    desk = Desk(main_level=-60.0 + 33)
    mappings = Mappings([Mapped(KNOB, "main.level", "twos_complement")], desk.current)
    assert desk.do(mappings.actions(turned(1, 1, 127, 2))) == pytest.approx([-26.34, -25.68, -26.34, -25.02])
    assert desk.do(mappings.actions(turned(*[63] * 5)))[-1] == 6.0


def test_an_encoder_on_whole_numbers_moves_at_least_by_one() -> None:
    desk = Desk(transport_locate=4)
    mapped = Mapped(KNOB, "transport.locate", "binary_offset", low=0, high=16)
    assert desk.do(Mappings([mapped], desk.current).actions(turned(65, 65, 63))) == [5, 6, 5]


def test_a_knob_waits_until_it_has_reached_the_value() -> None:
    desk = Desk(main_level=-27.0)  # in the middle of -60 to 6
    mappings = Mappings([Mapped(KNOB, "main.level", "absolute")], desk.current)
    assert desk.do(mappings.actions(turned(10, 30, 60))) == []
    assert mappings.waiting() == [(KNOB, 0.5)]
    assert len(desk.do(mappings.actions(turned(70, 90, 127)))) == 3
    assert desk.values["main.level"] == 6.0
    assert mappings.waiting() == []
    desk.values["main.level"] = -50.0  # somebody else has moved it
    assert desk.do(mappings.actions(turned(126, 120))) == []


@given(st.integers(0, 127), st.lists(st.integers(0, 127), min_size=1, max_size=40), st.data())
def test_nothing_jumps_by_more_than_the_knob_moved(
    start: int, travel: list[int], data: st.DataObject
) -> None:
    desk = Desk(main_level=-60 + 66 * start / 127)
    mappings = Mappings([Mapped(KNOB, "main.level", "absolute")], desk.current)
    before = travel[0]
    for value in travel:
        if data.draw(st.booleans()):
            desk.values["main.level"] = data.draw(st.floats(-60, 6))
        was = float(desk.values["main.level"])
        for now in desk.do(mappings.actions(turned(value))):
            assert abs(float(now) - was) <= 66 * (abs(value - before) + 1.5) / 127 + 1e-9
        before = value


@given(st.lists(st.integers(0, 127), min_size=2, max_size=40))
def test_a_burst_of_one_knob_is_followed_though_values_are_set_later(travel: list[int]) -> None:
    desk = Desk(main_level=-60 + 66 * travel[0] / 127)
    mappings = Mappings([Mapped(KNOB, "main.level", "absolute")], desk.current)
    assert len(mappings.actions(turned(*travel))) == len(travel)


def test_a_knob_over_whole_numbers_keeps_what_it_caught() -> None:
    desk = Desk(transport_locate=1)
    mappings = Mappings([Mapped(KNOB, "transport.locate", "absolute", low=1, high=16)], desk.current)
    found = [desk.do(mappings.actions(turned(value))) for value in range(128)]
    assert [values[0] for values in found if values][-1] == 16
    assert all(found)


def test_a_range_may_be_turned_round_and_a_value_may_jump() -> None:
    desk = Desk(main_level=0.0)
    mapped = Mapped(KNOB, "main.level", "absolute", low=0, high=-20, jumps=True)
    assert desk.do(Mappings([mapped], desk.current).actions(turned(127, 0))) == [-20, 0]


def test_keys_launch_and_let_go() -> None:
    mapped = Mapped(Source("note", 0, 60), "slot.launch", arguments={"column": 1, "row": 2})
    mappings = Mappings([mapped], Desk().current)
    moved = Decoder().movements([note_on(0, 60, 3, 5), note_off(0, 60, 9), note_off(0, 60, 10)])
    assert mappings.actions(moved) == [
        Action("slot.launch", {"column": 1, "row": 2, "velocity": 3}, 5),
        Action("slot.release", {"column": 1, "row": 2}, 9),
    ]


def test_keys_that_are_down_when_the_controller_goes_are_let_go() -> None:
    mapped = Mapped(Source("note", 0, 60), "slot.launch", arguments={"column": 1, "row": 2})
    mappings = Mappings([mapped], Desk().current)
    mappings.actions(Decoder().movements([note_on(0, 60, 3)]))
    assert mappings.released(44) == [Action("slot.release", {"column": 1, "row": 2}, 44)]
    assert mappings.released(45) == []


def test_a_pedal_is_one_press_a_program_change_one_each() -> None:
    pedal = Mappings([Mapped(KNOB, "transport.tap")], Desk().current)
    assert len(pedal.actions(turned(10, 70, 100, 127, 90, 20, 127))) == 2
    program = Mappings(
        [Mapped(Source("program", 0, 4), "scene.launch", arguments={"row": 3})], Desk().current
    )
    moved = Decoder().movements(
        [Message("program", 0, 4), Message("program", 0, 5), Message("program", 0, 4)]
    )
    assert len(program.actions(moved)) == 2


@pytest.mark.parametrize(
    ("mapped", "said"),
    [
        (Mapped(KNOB, "column.level", "absolute"), "column.level: column: is missing"),
        (Mapped(KNOB, "main.level"), "main.level: value: is missing"),
        (Mapped(KNOB, "main.level", "absolute", {"value": 1}), "value is what the control moves"),
        (Mapped(KNOB, "main.level", "absolute", high=99), "high: must be -60 to 6 dB for main.level"),
        (Mapped(KNOB, "panic", "absolute"), "panic has nothing that a knob could move"),
        (
            Mapped(KNOB, "player.set", "absolute", {"player": 0, "voice": "a", "parameter": "low"}),
            "player.set has nothing that a knob could move",
        ),
        (Mapped(KNOB, "vibe.say", "absolute"), "vibe.say has nothing that a knob could move"),
        (Mapped(Source("bend", 0), "main.level", "binary_offset"), "is for control and nrpn"),
        (Mapped(Source("control14", 0, 40), "main.level", "absolute"), "number: must be 0 to 31"),
        (Mapped(Source("note", 16, 4), "panic"), "channel: must be 1 to 16"),
    ],
)
def test_mappings_that_cannot_work(mapped: Mapped, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(mapped)
    assert said in str(caught.value)


def test_controls_with_two_duties_are_named() -> None:
    assert conflicts([Mapped(KNOB, "panic"), Mapped(KNOB, "transport.tap")]) == [KNOB]


LEVEL: dict[str, Value] = {"column": 2}


def learnt(
    messages: list[Message], action: str = "column.level", arguments: Mapping[str, Value] = LEVEL
) -> Mapped:
    learner = Learner(action, arguments, RATE)
    found = learner.feed(Decoder().movements(messages), 0)
    found = found or learner.feed([], 2 * RATE)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("messages", "source", "mode"),
    [
        ([control(3, 20, v) for v in (5, 6, 8, 11)], Source("control", 3, 20), "absolute"),
        ([control(3, 20, v) for v in (1, 1, 127, 127)], Source("control", 3, 20), "twos_complement"),
        ([control(3, 20, v) for v in (65, 65, 63, 63)], Source("control", 3, 20), "binary_offset"),
        ([control(3, 20, v) for v in (1, 1, 65, 65)], Source("control", 3, 20), "sign_magnitude"),
        ([control(3, n, v) for v in range(4) for n in (20, 52)], Source("control14", 3, 20), "absolute"),
        ([control(3, n, v) for v in range(4) for n in (99, 98, 6)], Source("nrpn", 3, 387), "absolute"),
        (
            [control(3, n, 9) for _ in range(4) for n in (99, 98, 6, 38)],
            Source("nrpn14", 3, 1161),
            "absolute",
        ),
        ([Message("bend", 3, v, 64) for v in range(4)], Source("bend", 3), "absolute"),
        ([Message("pressure", 3, v) for v in range(4)], Source("pressure", 3), "absolute"),
        (
            [control(3, 20, v) for v in (5, 6, 8, 11)] + [control(3, 21, 4)],
            Source("control", 3, 20),
            "absolute",
        ),
    ],
)
def test_knobs_are_learnt(messages: list[Message], source: Source, mode: Mode) -> None:
    if source.kind == "nrpn":  # the parameter's number is the same throughout
        messages = [control(3, m.first, 3 if m.first in (98, 99) else m.second) for m in messages]
    found = learnt(messages)
    assert (found.source, found.mode, found.arguments) == (source, mode, {"column": 2})


def test_keys_buttons_and_programs_are_learnt() -> None:
    slot: dict[str, Value] = {"column": 0, "row": 1}
    assert learnt([note_on(0, 60, 9)], "slot.launch", slot).source == Source("note", 0, 60)
    button = learnt([control(0, 20, 127), control(0, 20, 0)], "slot.launch", slot)
    assert (button.source, button.mode) == (Source("control", 0, 20), "button")
    assert learnt([Message("program", 0, 9)], "panic", {}).source == Source("program", 0, 9)
    assert learnt([control(0, 20, 127)], "column.mute", {"column": 1}).mode == "button"


def test_any_parameter_of_a_companion_is_learnt() -> None:
    voice: dict[str, Value] = {"player": 1, "voice": "harmony", "parameter": "density"}
    found = learnt([control(0, 75, v) for v in (5, 6, 8)], "player.turn", voice)
    assert Mappings([found], Desk().current).actions(turned(127, source=found.source)) == [
        Action("player.turn", {**voice, "value": 1.0})
    ]


def test_a_key_cannot_be_a_level() -> None:
    with pytest.raises(UsageError):
        learnt([note_on(0, 60, 9)])


def test_learning_waits_for_the_first_movement() -> None:
    learner = Learner("panic", {}, RATE)
    assert learner.feed([], 10 * RATE) is None
    assert learner.feed(Decoder().movements([note_off(0, 60)]), 10 * RATE) is None


def test_what_was_learnt_replaces_what_the_control_did() -> None:
    mappings = Mappings([Mapped(KNOB, "transport.tap")], Desk().current)
    mappings.learn(Mapped(KNOB, "panic"))
    assert [action.name for action in mappings.actions(turned(127))] == ["panic"]
    mappings.forget(KNOB)
    assert mappings.actions(turned(127)) == []
