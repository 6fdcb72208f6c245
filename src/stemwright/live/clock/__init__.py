"""Time: tempo, bars, transport, and the clocks of others."""
