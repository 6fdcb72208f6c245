"""The lead's melody: its form by sections, the rhythms of its bars, its pitches, and how it is played."""
