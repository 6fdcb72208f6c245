"""Playing live: a clock, a launcher of stems, players that answer, and the surfaces they are played from."""
