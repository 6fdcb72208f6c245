"""Work on many cores: threads and processes, with progress; Ctrl-C stops it."""
