"""Keys whose action depends on what is shown."""

from __future__ import annotations

from stemwright.live.control.actions import GRIDS, Action, make
from stemwright.live.shown_state import ShownState


def play(state: ShownState, at: int) -> Action:
    """Starts, or stops what plays."""
    return make("transport.stop" if state.is_playing else "transport.play", (), at)


def record(state: ShownState, at: int) -> Action:
    """Records, or stops recording."""
    return make("record.run", ["off" if state.is_recording else "on"], at)


def quantise(state: ShownState, at: int) -> Action:
    """The next wider grid, the finest after the widest."""
    now = GRIDS.index(state.quantise) if state.quantise in GRIDS else -1
    return make("launch.quantise", [GRIDS[(now + 1) % len(GRIDS)]], at)
