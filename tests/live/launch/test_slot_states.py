"""What surfaces show of slots are the states that slots have."""

from __future__ import annotations

from stemwright.live.launch.slots import SlotState
from stemwright.live.shown_state import SLOT_STATES


def test_the_states_are_the_same() -> None:
    assert set(SLOT_STATES) == set(map(str, SlotState))
