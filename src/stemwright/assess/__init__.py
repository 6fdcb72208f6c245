"""Runs codecs, performers and songs, and measures what comes out: beside a control and a floor."""
