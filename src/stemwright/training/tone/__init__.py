"""Training the tone codec."""
