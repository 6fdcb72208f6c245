"""Beats from audio, as it comes in: tempo, phase, the next beat, which of the bar it is.

>>> tracker = BeatTracker.load(find("beats"), rate=48_000)
>>> for beat in tracker.push(block): ...
>>> tracker.pulse.bpm, tracker.pulse.next_beat, tracker.pulse.confidence
"""

from stemwright.live.beats.tracker import Beat, BeatTracker, Pulse

__all__ = ["Beat", "BeatTracker", "Pulse"]
