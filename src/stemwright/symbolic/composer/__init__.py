"""The composer: a transformer over symbolic events that writes what is missing in a song."""
