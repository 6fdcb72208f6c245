"""What comes into a song and goes out of it: MIDI, charts, stems."""
