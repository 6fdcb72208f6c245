"""Stems to a mix: placement, loudness, limiting, and audio files. Import from its modules."""
