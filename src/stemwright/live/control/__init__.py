"""What a performer can do, and how keys, pads, knobs and other programs ask for it."""
