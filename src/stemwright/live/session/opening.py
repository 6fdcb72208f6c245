"""A song opened for the stage: a copy in the session's folder, its stems mixed, cut at its sections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stemwright.errors import UsageError
from stemwright.live.stems.stem import Cut, Sound, cut_of, read_cut
from stemwright.live.worker.worker import call, last_run
from stemwright.song.document import Song, loads

COPY = "song"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """A row of the launcher: a section of the song."""

    name: str
    cut: Cut


@dataclass(frozen=True, slots=True)
class Opened:
    """``place``: the copy that takes are made in; ``stems``: layer -> file of the whole song; ``run``: the
    last one of the copy before the set."""

    place: Path
    song: Song
    scenes: tuple[Scene, ...]
    stems: dict[str, Path]
    run: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """The layers that sound."""
        return tuple(self.stems)

    def sound(self, layer: str, scene: int, rate: int, say: Say) -> tuple[Sound, int]:
        """What a layer plays in a scene, float32 [frames, 2] with a short tail; the frames of its bars."""
        cut = self.scenes[scene].cut
        sound, remarks = read_cut(self.stems[layer], cut, rate)
        for remark in remarks:
            say(remark)
        return sound, cut.frames(rate)


def open_song(song: Path, folder: Path) -> Opened:
    """Copy a song into a session's folder and mix it there. UsageError where it is none, or nothing of it is
    made yet; the song itself stays as it is."""
    place = folder / COPY
    call(["copy", str(song), str(place)])
    told = call(["mix", str(place), "--stems"])
    made = loads((place / "song.json").read_bytes(), str(place / "song.json"))
    stems = {layer: Path(path) for layer, path in told["stems"].items() if layer in made.layers}
    if not stems:
        raise UsageError(f"{song}: nothing of it sounds; make it with: stemwright generate {song}")
    run = last_run(call(["log", str(place)]))
    return Opened(place, made, scenes_of(made), stems, run)


def scenes_of(song: Song) -> tuple[Scene, ...]:
    """A row a section, sections of one name numbered."""
    names = [section.name for section in song.state.sections]
    found: list[Scene] = []
    bar = 0
    for index, section in enumerate(song.state.sections):
        number = f" {names[: index + 1].count(section.name)}" if names.count(section.name) > 1 else ""
        found.append(Scene(f"{section.name}{number}", cut_of(song.state, bar, bar + section.bars)))
        bar += section.bars
    return tuple(found)
