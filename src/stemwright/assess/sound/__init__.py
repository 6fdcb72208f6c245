"""Songs by judges that others trained, beside the same notes by a soundfont."""
