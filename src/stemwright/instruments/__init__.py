"""Instruments that need no network: sampler, kits, soundfonts, effects. Import from its modules."""
