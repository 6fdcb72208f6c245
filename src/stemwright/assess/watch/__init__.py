"""Training runs while they go: their logs followed, in a terminal and as a picture."""
