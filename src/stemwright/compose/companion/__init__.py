"""The companion: a recurrent model of events that listens while it plays (docs/companion.md)."""

from stemwright.compose.companion.companion import Companion
from stemwright.compose.companion.events import INSTRUMENTS, YOU, Event
from stemwright.compose.companion.query import Query

__all__ = ["INSTRUMENTS", "YOU", "Companion", "Event", "Query"]
