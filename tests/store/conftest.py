"""A small song folder with something of everything in it."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from stemwright.song.document import LayerEntry, Song, Take
from stemwright.song.form import parse_form
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState
from stemwright.store import SongFolder, cache_key


def make_song(title: str = "My Song") -> Song:
    sections = parse_form("intro:2 verse:4")
    state = GlobalState(Fraction("97.3"), Meter(7, 8), Key.parse("F# minor"), sections, (), None, "rock")
    return Song(title=title, state=state, seed=7)


def add_take(folder: SongFolder, song: Song, layer: str, seed: int) -> Song:
    """Record one take, in the order that survives a kill."""
    score = folder.objects.put("score", f"score of {layer} {seed}".encode())
    tokens = folder.objects.put("tokens", bytes((seed * 7 + i * i) % 251 for i in range(90)))
    folder.cache.remember(
        cache_key({"layer": layer, "seed": seed}), {"objects": [score, tokens], "seconds": 0.25}
    )
    folder.telemetry.append({"rtf": 0.31, "peak_memory_mb": 412.5, "stages": {layer: 1.5}})
    run = folder.runs.append(
        {"command": "generate", "layers": [layer], "seed": seed, "made": [score, tokens]}
    )
    entry = song.layers.get(layer, LayerEntry())
    take = Take(entry.next_take, seed, "saw", score, tokens, "b" * 64, 450, run)
    song = song.with_layer(layer, entry.with_take(take))
    folder.save(song)
    return song


@dataclass(frozen=True)
class Made:
    folder: SongFolder
    song: Song
    path: Path


@pytest.fixture
def song() -> Song:
    return make_song()


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Two layers, three takes, two renders."""
    folder = SongFolder.create(tmp_path / "my-song", make_song())
    song = folder.load()
    for layer, seed in (("drums", 1), ("bass", 2), ("drums", 3)):
        song = add_take(folder, song, layer, seed)
    folder.renders.put("My Song_Drums_97.3bpm_F#min.wav", b"RIFF drums, as it were")
    folder.renders.put("My Song_Mix_97.3bpm_F#min.wav", b"RIFF mix, as it were")
    return Made(folder, song, folder.path)
