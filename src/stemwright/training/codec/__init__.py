"""The neural codec's training side: network, losses, recipe and export to ONNX."""
