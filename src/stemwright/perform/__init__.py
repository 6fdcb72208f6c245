"""Token generation, one layer at a time, on the native engine."""
