"""Takes made while the set runs, by processes of their own: nothing there can stop the sound."""
