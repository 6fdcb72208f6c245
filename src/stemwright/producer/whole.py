"""`song`: new, generate and mix in one go; run again, it goes on where it was."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from stemwright.producer.create import create, remark_facts, require_same
from stemwright.producer.generate import generate
from stemwright.producer.mix import mix_song
from stemwright.producer.personal import STRENGTH
from stemwright.producer.wish import Wish
from stemwright.producer.workspace import reading
from stemwright.work.progress import Watch, unwatched


def make_song(
    path: Path,
    wish: Wish,
    watch: Watch = unwatched,
    *,
    composer: bool = False,
    arranger: bool = False,
    style_of: str | None = None,
    strength: float = STRENGTH,
) -> dict[str, Any]:
    """Make and mix the song at `path`; stems too. UsageError where it exists with other parameters."""
    start = time.perf_counter()
    if (path / "song.json").exists():
        require_same(path, reading(path).load(), wish)
    else:
        create(path, wish)
    made = generate(
        path, composer=composer, arranger=arranger, style_of=style_of, strength=strength, watch=watch
    )
    mixed = mix_song(path, stems=True, watch=watch)
    elapsed = time.perf_counter() - start
    return {
        **mixed,
        "elapsed_seconds": round(elapsed, 3),
        "rtf": round(elapsed / mixed["seconds"], 4),
        "layers": made["layers"],
        **remark_facts(wish),
    }
