"""`song`: new, generate and mix in one go; run again, it goes on where it was."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError, argument
from stemwright.producer.create import create, remark_facts, require_same
from stemwright.producer.generate import generate
from stemwright.producer.mix import mix_song
from stemwright.producer.personal import STRENGTH, is_of_notes, notes_style
from stemwright.producer.seeds import SEED_BITS
from stemwright.producer.wish import Wish
from stemwright.producer.workspace import reading
from stemwright.work.progress import Watch, unwatched

MOST_VARIATIONS = 8


def make_variations(
    path: Path, wish: Wish, count: int, watch: Watch = unwatched, **more: Any
) -> list[dict[str, Any]]:
    """Make the song at `path` and others of the same wish beside it, `PATH-2` and so on, with the seeds after
    its own; as `make_song`, which also takes `more`. UsageError for too many, or, before anything is
    made, where one of them exists with other parameters.
    """
    if not 1 <= count <= MOST_VARIATIONS:
        raise UsageError(f"{argument('variations')} {count}: give 1 to {MOST_VARIATIONS}")
    places = [path, *(path.with_name(f"{path.name}-{number}") for number in range(2, count + 1))]
    for place in places:
        if (place / "song.json").exists():
            require_same(place, reading(place).load(), replace(wish, seed=None))
    made = [make_song(path, wish, watch, **more)]
    seed = reading(path).load().seed
    for number, place in enumerate(places[1:], 1):
        made.append(make_song(place, replace(wish, seed=(seed + number) % (1 << SEED_BITS)), watch, **more))
    return made


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
    """Make and mix the song at `path`; stems too. A new song is written in what the personal style has learnt
    from notes, unless another style is wished for. UsageError where it exists with other parameters.
    """
    start = time.perf_counter()
    notes = notes_style(style_of, strength)
    if (path / "song.json").exists():
        song = reading(path).load()
        require_same(path, song, wish)
        written = song.state.style == notes
    else:
        written = notes is not None and wish.style is None
        create(path, replace(wish, style=notes) if written else wish)
    if is_of_notes(style_of) and (written or strength == 0.0):
        style_of = None  # no performer has a part in it
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
