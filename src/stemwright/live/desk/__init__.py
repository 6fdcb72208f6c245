"""The desk: what the graph is made of, its faders, and the log by which it plays the same again."""
