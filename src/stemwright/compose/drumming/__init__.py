"""How drums are played: a style's written groove as a drummer of the style plays it, fills, and feel."""
