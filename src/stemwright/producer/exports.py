"""`export`: files for other programs, named as producers expect."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError
from stemwright.producer.progress import Watch, unwatched
from stemwright.producer.workspace import reading, require_outside, writing
from stemwright.song.names import file_stem
from stemwright.song.score import Score


def export_song(
    path: Path,
    *,
    midi: bool = False,
    stems: bool = False,
    quality: str = "standard",
    to: Path | None = None,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Write the scores as MIDI, the stems as WAV, or both where neither is asked for; returns where."""
    if to is not None:
        require_outside(path, to, "--to")
    both = not midi and not stems
    target = to if to is not None else path / "renders"
    facts: dict[str, Any] = {"midi": None, "stems": {}}
    if midi or both:
        facts["midi"] = str(_export_midi(path, to))
    if stems or both:
        facts["stems"] = _export_stems(path, target, to is not None, quality, watch)
    return facts


def _export_midi(path: Path, to: Path | None) -> Path:
    from stemwright.song.midi import write_midi

    folder = reading(path)
    song = folder.load()
    scores: dict[str, Score] = {}
    for name, entry in song.layers.items():
        sha = entry.active.score_sha256 if entry.active else entry.score_sha256
        if sha is not None:
            scores[name] = Score.from_bytes(folder.objects.get(sha), f"{name}'s score")
    if not scores:
        raise UsageError(f"{path}: has no scores yet; make some with: stemwright generate DIR")
    data = write_midi(song.state, scores, title=song.title)
    name = file_stem(song.title, "Score", song.state) + ".mid"
    if to is None:
        with writing(path) as open_folder:
            return open_folder.renders.put(name, data)
    return _place(to, name, lambda temp: temp.write_bytes(data))


def _export_stems(path: Path, target: Path, outside: bool, quality: str, watch: Watch) -> dict[str, str]:
    from stemwright.producer.render import render

    made = render(path, stems=True, quality=quality, watch=watch)["stems"]
    if not outside:
        return {layer: str(file) for layer, file in made.items()}
    copied: dict[str, str] = {}
    for layer, file in made.items():
        source = Path(file)
        copied[layer] = str(_place(target, source.name, partial(shutil.copyfile, source)))
    return copied


def _place(folder: Path, name: str, write: Callable[[Path], object]) -> Path:
    """A file outside the song, there in full or not at all."""
    from stemwright.store.atomic import replacing

    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; name a folder")
    with replacing(folder / name) as temp:
        write(temp)
    return folder / name
