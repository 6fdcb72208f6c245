"""Endless music from one line of text, heard at once."""
