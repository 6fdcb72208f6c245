"""Recording what is played: one file a bus, all of one beginning and length."""
