"""A prompt becomes changes of the global state, by grammar, and a style vector, by a small encoder."""
