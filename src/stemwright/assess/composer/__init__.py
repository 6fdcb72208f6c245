"""Composers beside real songs and the arranger: sets of songs, losses, chords, controls, goals."""
