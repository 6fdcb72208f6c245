"""The page docs/listen.md, which `benchmarks/listen.py` makes: excerpts, figures, looks, and its words."""
