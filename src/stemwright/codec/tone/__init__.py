"""The tone codec: tokens of what an ear hears, and a decoder that knows the score."""
