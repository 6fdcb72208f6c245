"""What `benchmarks/listen.py` makes the page docs/listen.md with."""
