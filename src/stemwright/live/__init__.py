"""Playing with it, on a stage: what listens and answers while the music sounds."""
