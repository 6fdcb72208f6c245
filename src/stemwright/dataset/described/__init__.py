"""Clips in words: what is known and measured of them, and captions written of it."""
