"""The exact int8 transformer engine: C++ kernels behind a thin Python face (see `engine`)."""
