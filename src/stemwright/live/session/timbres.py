"""What is done to the timbres of a set; all of them move together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stemwright.errors import UsageError
from stemwright.live.session.live_set import LiveSet
from stemwright.models.timbre import TimbreFiles
from stemwright.native import live_commands as lc
from stemwright.native.live_commands import TimbreParameter

Arguments = Mapping[str, Any]


def blend(live: LiveSet, words: Arguments) -> None:
    """How much of it is heard."""
    live.post([lc.set_to(node, TimbreParameter.BLEND, words["value"]) for node, _ in _there(live)])


def walk(live: LiveSet, words: Arguments) -> None:
    """How fast it wanders."""
    live.post([lc.set_to(node, TimbreParameter.WALK, words["value"]) for node, _ in _there(live)])


def latent(live: LiveSet, words: Arguments) -> None:
    """What is added to one of its numbers, in those that have it. UsageError where none has."""
    found = [node for node, files in _there(live) if words["index"] < files.latent]
    if not found:
        most = max(files.latent for _, files in _there(live))
        raise UsageError(f"index {words['index']}: is none; numbers are 0 to {most - 1}")
    parameter = TimbreParameter.LATENT + words["index"]
    live.post([lc.set_to(node, parameter, words["value"]) for node in found])


def _there(live: LiveSet) -> list[tuple[int, TimbreFiles]]:
    if not live.desk.timbres:
        raise UsageError("no input goes through a timbre; begin the set with one")
    return live.desk.timbres
