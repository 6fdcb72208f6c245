"""The symbolic corpus: songs of all sources in one format, for every model that writes notes."""
