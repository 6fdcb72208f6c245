"""Codecs beside each other: what comes back, at which rates, in tables and pictures."""
