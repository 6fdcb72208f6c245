"""Soft take-over: a knob moves nothing until it has reached the value that holds, so that nothing jumps."""

from __future__ import annotations


class Takeover:
    """One knob. Where it is and where the value is are both travels, 0 to 1."""

    def __init__(self) -> None:
        self.has_caught = False
        self._last: float | None = None

    def moved(self, travel: float, now: float | None, grain: float) -> bool:
        """Whether the knob, moved to `travel`, may set the value that is at `now` (None: it may).
        `grain`: the least that it can move.

        A knob that has caught the value keeps it until something else moves the value away from it.
        """
        before, self._last = self._last, travel
        if now is None:
            self.has_caught = True
            return True
        now = min(max(now, 0.0), 1.0)  # a value beyond the range is reached at its end
        was_on_it = self.has_caught and before is not None and abs(before - now) <= 1.5 * grain
        has_passed = before is not None and min(before, travel) <= now <= max(before, travel)
        self.has_caught = was_on_it or has_passed or abs(travel - now) <= 1.5 * grain
        return self.has_caught
