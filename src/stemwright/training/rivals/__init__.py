"""PyTorch at its best on the engine's weights, for `stemwright bench engine`: a contestant process
(`bench.contestant`), `python -m stemwright.training.rivals pytorch FOLDER`.
"""
