"""Timbres measured: what they keep of what is played, how far they move its colour, what they cost."""
