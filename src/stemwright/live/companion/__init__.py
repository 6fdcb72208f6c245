"""Companions on the grid: voices that listen to a performer, follow or go on by themselves (docs/live.md)."""
