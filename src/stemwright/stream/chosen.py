"""Who plays a stream, by name."""

from __future__ import annotations

from stemwright.errors import UsageError, argument, shown
from stemwright.stream.flows import FLOWS
from stemwright.stream.performers import PERFORMERS
from stemwright.stream.players import Playing

PLAYERS = {"performers": PERFORMERS, "flow": FLOWS}


def chosen(player: str) -> Playing:
    """The way to play of a name. UsageError for one that is not known."""
    if player not in PLAYERS:
        raise UsageError(f"{argument('player')} {shown(player)}: give one of {', '.join(PLAYERS)}")
    return PLAYERS[player]
