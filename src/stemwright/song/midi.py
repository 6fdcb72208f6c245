"""MIDI files in and out: the door to `midi_read` and `midi_write`."""

from stemwright.song.midi_read import MidiSong, MidiTrack, read_midi
from stemwright.song.midi_write import write_midi

__all__ = ["MidiSong", "MidiTrack", "read_midi", "write_midi"]
