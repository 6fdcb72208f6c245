"""One file a style; each defines STYLE."""
