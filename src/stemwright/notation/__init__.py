"""Printed music: MusicXML and ABC in and out, its repeats played, its notes laid out."""
