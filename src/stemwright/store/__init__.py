"""The versioned song folder: content-addressed objects, atomic writes, runs, history, verify."""

from stemwright.store.cache import cache_key
from stemwright.store.folder import SongFolder

__all__ = ["SongFolder", "cache_key"]
