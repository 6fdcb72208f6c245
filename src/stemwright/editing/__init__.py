"""Changing a song that is there, and its history: going back, branches, differences."""
