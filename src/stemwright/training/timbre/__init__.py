"""Training a timbre: a causal autoencoder of one instrument's sound, small enough to be played live."""
