"""Sounds for the launcher: stems of a song, cut at its sections' bars."""
