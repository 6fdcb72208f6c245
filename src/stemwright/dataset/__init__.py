"""Audio data for training: scores of the corpus and scores drawn at random, rendered into shards; tokens."""
