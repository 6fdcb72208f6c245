"""ONNX Runtime at its best, on graphs of the same weights: `python -m stemwright.bench.ort NAME FOLDER`."""
