"""Words that say nothing of music, and what words of mood ask for (`words.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Mood:
    """What a mood asks for where nothing else says: a mode, a pace (of `tempo.PACES`), how loud (-2 to 2)."""

    mode: str = ""
    pace: str = ""
    dynamics: int = 0


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Words that say nothing of music."""
    return frozenset(_file()["stop"].split())


@lru_cache(maxsize=1)
def moods() -> dict[str, Mood]:
    """Mood words -> what they ask for."""
    out = {}
    for row in _file()["mood"]:
        asked = Mood(row.get("mode", ""), row.get("pace", ""), row.get("dynamics", 0))
        out.update(dict.fromkeys(row["words"].split(), asked))
    return out


def _file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
