"""Others that decode the same weights, for `stemwright bench engine`: PyTorch and ONNX Runtime at their best.

Each is a contestant process (`bench.contestant`): `python -m stemwright.training.rivals NAME FOLDER`.
"""
