"""Symbolic music: from the global state to chords, rhythm map and scores."""
