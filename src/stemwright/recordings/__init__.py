"""Recordings that a user brings: read in blocks, brought to 48 kHz, placed, their tempo and key found."""
