"""What a song is: global state, timebase, harmony, form, rhythm map, score, MIDI. Pure."""
