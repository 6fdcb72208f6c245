"""Learning a style from pieces: what their bars have in common, as the text of a style file."""
