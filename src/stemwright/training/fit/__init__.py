"""What all trainings have in common: the loop, a run in memory with its checkpoints, and averaged weights."""
