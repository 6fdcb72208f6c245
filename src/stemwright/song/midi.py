"""MIDI files in and out: the door to `midi_read` and `midi_write`."""

from stemwright.song.midi_kits import DRUM_CHANNEL
from stemwright.song.midi_notes import MidiTrack
from stemwright.song.midi_read import MidiSong, read_midi
from stemwright.song.midi_write import write_midi

__all__ = ["DRUM_CHANNEL", "MidiSong", "MidiTrack", "read_midi", "write_midi"]
