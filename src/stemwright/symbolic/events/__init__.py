"""Symbolic events: one vocabulary for all models that read or write notes (docs/events.md)."""
