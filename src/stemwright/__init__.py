"""Layered music generation on a CPU, versioned like code."""

__version__ = "0.1.0"
