"""How it should go on, in words: read by a table or by a program, as moves of a few named parameters."""
