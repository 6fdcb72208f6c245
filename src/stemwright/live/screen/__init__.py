"""The terminal as a surface: what is played, what comes next, and keys that do everything a pad can."""
