"""Performers on held-out clips, beside controls."""
