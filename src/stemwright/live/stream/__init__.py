"""The endless background: phrases that the worker makes while the set runs, one ahead of what is heard."""
