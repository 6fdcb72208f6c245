"""Trains what brings texts and clips together, and makes the style vectors that the flow is told."""
