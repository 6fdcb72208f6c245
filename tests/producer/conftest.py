"""Bundles for the producer's tests, which run in this process."""

from __future__ import annotations

from support.weights import _weights, weights

__all__ = ["_weights", "weights"]
