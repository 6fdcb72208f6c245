"""Launchpads of Novation (Pro MK3, X, Mini MK3) in programmer mode."""
