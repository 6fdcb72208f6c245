"""Songs that were made: what their sound has of their notes."""
