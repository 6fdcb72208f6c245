"""Hearing a song while one works on it: played through an output device, mixed again when it changes."""
