"""MIDI as bytes and as messages: read defensively, held notes ended, output paced."""
