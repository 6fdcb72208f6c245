"""Puts the rooms together: plan the work, run it, record it, resume it."""
