"""What the host program has set of rounding, denormals and traps changes no bit of the live graph."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("stemwright.native._live")

from test_float_environment import SETTINGS, control, host, pytestmark

from stemwright.native import live_commands as say
from stemwright.native.live import Floats, Graph
from stemwright.native.live_commands import Parameter

__all__ = ["pytestmark"]


def filtered() -> Floats:
    """A click that dies away in a filter, down to nothing."""
    graph = Graph()
    click, strip, main = graph.add_click(), graph.add_strip(), graph.add_main()
    graph.post(say.plan(graph.plan([(click, []), (strip, [click]), (main, [strip])])))
    graph.post([say.set_to(strip, Parameter.LOW_PASS, 50.0), say.note(click, say.CLICK_BEAT, 90)])
    return graph.render(200000)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_host_s_settings_change_nothing_that_is_heard(setting: str) -> None:
    wanted = filtered()
    with host(SETTINGS[setting]) as word:
        made = filtered()
        assert control() & 0xFFFFFFC0 == word & 0xFFFFFFC0 != 0
    assert made.tobytes() == wanted.tobytes() and wanted.any()


def test_what_has_died_away_is_nothing() -> None:
    """No number below the normal range is left, which would cost a hundred times as much."""
    made = filtered()
    tiny = np.finfo(np.float32).tiny
    assert not made[-1000:].any() and not ((made != 0) & (np.abs(made) < tiny)).any()
