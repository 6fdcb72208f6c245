"""The companion: a recurrent model of events that listens while it plays (docs/companion.md)."""

from stemwright.symbolic.companion.companion import Companion
from stemwright.symbolic.companion.events import INSTRUMENTS, YOU, Event
from stemwright.symbolic.companion.query import Query

__all__ = ["INSTRUMENTS", "YOU", "Companion", "Event", "Query"]
