"""Timbres: inputs of the device that sound as another instrument does."""
