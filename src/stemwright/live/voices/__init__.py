"""Sounds for companions, played by the song's own performers: notes, each a clip of the graph."""
