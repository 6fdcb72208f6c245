"""A session as a song: what was played, read from its log, and made of a copy by commands."""
