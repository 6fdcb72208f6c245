"""The codec at run time: audio to tokens and back with ONNX Runtime, streaming decode, and the token
container.
"""
