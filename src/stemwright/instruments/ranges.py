"""The pitches that each pitched layer's instruments are asked for, lowest and highest."""

from __future__ import annotations

RANGES = {"bass": (26, 57), "harmony": (40, 88), "lead": (53, 91)}
