"""Control voltages through DC-coupled channels: pitches, gates and triggers, out and in, and their
calibration.
"""
