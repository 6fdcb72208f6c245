"""`compose --variations`: several versions of what is asked for, as MIDI files to choose from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError, argument
from stemwright.producer import bundles
from stemwright.producer.asked import Asked
from stemwright.producer.compose import write
from stemwright.producer.seeds import check_seed, random_seed
from stemwright.producer.workspace import reading, require_outside
from stemwright.work.progress import Watch, unwatched

MOST = 64


def vary(path: Path, asked: Asked, count: int, out: Path, watch: Watch = unwatched) -> dict[str, Any]:
    """Write `count` versions into the folder `out`, with the seeds from the request's on (a random one where
    it names none). The song is only read. UsageError for a wrong request or folder.
    """
    from stemwright.song.midi import write_midi
    from stemwright.store.atomic import write_bytes

    if not 1 <= count <= MOST:
        raise UsageError(f"{argument('variations')} {count}: give 1 to {MOST}")
    require_outside(path, out, "out")
    folder = reading(path)
    song = folder.load()
    first = check_seed(asked.seed) if asked.seed is not None else random_seed() >> 8
    out.mkdir(parents=True, exist_ok=True)
    files: dict[str, str] = {}
    there = folder.scores(song)
    composer = bundles.composer()
    for number in range(count):
        made = write(composer, song, there, replace(asked, seed=first + number))
        file = out / f"{song.title}_{first + number}.mid"
        scores = {**there, **made.scores}
        write_bytes(file, write_midi(made.state, scores, title=song.title, roles=song.roles))
        files[str(first + number)] = str(file)
        watch("compose", number + 1, count)
    return {"files": files}
