"""The wide decoder's training side: 48 kHz stereo sound for the tokens of a codec that is there already."""
