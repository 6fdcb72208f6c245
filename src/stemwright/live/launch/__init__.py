"""Launching clips at musical places: slots, queue, follow actions, scenes."""
