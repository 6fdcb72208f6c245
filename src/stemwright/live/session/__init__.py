"""A set: a song opened for the stage, everything that is done on it, in real time or on a virtual clock."""
