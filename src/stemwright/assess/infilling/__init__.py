"""Requests to the composer at random, and whether what it writes keeps to them."""
