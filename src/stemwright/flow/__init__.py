"""Layers by flow matching: all frames of a stretch at once, in a few steps, ending as the codec's tokens."""
