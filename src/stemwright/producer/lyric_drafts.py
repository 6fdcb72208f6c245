"""`lyrics --write`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Lyricist:
    theme: str

    @classmethod
    def asked(
        cls, theme: str | None, by: str | None, timeout: float | None, seed: int | None
    ) -> Lyricist | None:
        return None


def draft(path: Path, by: Lyricist, layer: str | None) -> dict[str, Any]:
    return {}
