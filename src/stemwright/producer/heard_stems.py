"""The stems of a song that are heard: decoded tile by tile, or played by a sampler for once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from stemwright.errors import StemwrightError, UsageError
from stemwright.producer.clock import Clock
from stemwright.producer.decoders import Audio, Decoders, best_quality
from stemwright.producer.heard import heard, is_heard, places, silent
from stemwright.producer.players import Sampler, remarks, samplers
from stemwright.producer.standing import Stale, sounding
from stemwright.producer.tiled import Shelf, TiledStem, fill, shelf
from stemwright.store.sounds import SOUND_LIMIT
from stemwright.work.progress import Watch, unwatched
from stemwright.work.threads import Cancel, each

if TYPE_CHECKING:
    from stemwright.codec.tiles import Tiles
    from stemwright.mix.placement import Placement
    from stemwright.mix.stems import Stem
    from stemwright.song.document import Song, Take
    from stemwright.store import SongFolder

STEM_CEILING = 0.89
"""What a decoder gives stays below this amplitude (-1 dBTP) before it is placed in the mix."""

_BYTES_OF_SUM = 8
"""Of each moment: two channels of float32."""


@dataclass(frozen=True, slots=True)
class HeardStems:
    """The takes of a song that are heard: `tiled` stems of one length at `rate`; `decoders`:
    who made them. `sums`: where their sum is kept; None where there is no room for it.
    """

    song: Song
    takes: dict[str, Take]
    tiled: dict[str, TiledStem]
    rate: int
    decoders: dict[str, str | None]
    players: dict[str, Sampler]
    remarks: list[str]
    stale: list[Stale]
    shelf: Shelf
    sums: Shelf | None

    @property
    def seconds(self) -> float:
        """Of the longest stem."""
        return max(stem.length for stem in self.tiled.values()) / self.rate

    @property
    def places(self) -> dict[str, Placement]:
        """Where they stand in the mix."""
        return places(self.song, self.takes)

    def stems(self) -> dict[str, Stem]:
        """As they go into the mix."""
        from stemwright.mix.measuring import held

        return {
            name: stem if self.takes[name].recorded else held(stem, self.rate, STEM_CEILING, self.shelf)
            for name, stem in self.tiled.items()
        }


@contextmanager
def hearing(
    folder: SongFolder,
    quality: str | None,
    players: Sequence[str],
    clock: Clock,
    watch: Watch,
    *,
    writable: bool,
) -> Iterator[HeardStems]:
    """The stems of a song, which may be read until the block ends. `writable`: whether the song's cache may
    keep them. UsageError where no layer has a take, or none is heard.
    """
    song = folder.load()
    takes, stale = sounding(folder, song)
    if not takes:
        raise UsageError(f"{folder.path}: no layer has a take yet; make them with: stemwright generate DIR")
    unheard = silent(song, takes)
    takes, stale = heard(folder.path, song, takes), [each for each in stale if is_heard(song, each.layer)]
    instead = samplers(players, song, takes)
    decoders = Decoders(quality or best_quality(folder, takes))
    rest = {name: take for name, take in takes.items() if name not in instead}
    used = {name: decoders.require(folder, name, take) for name, take in rest.items()}
    with clock.stage("decode"):
        played, said = _played(folder, song, takes, instead, decoders.sample_rate, watch)
        tiles = played | {name: decoders.tiles(folder, song, name, take) for name, take in rest.items()}
    if len({each.frames for each in tiles.values()}) > 1:
        raise StemwrightError(f"{folder.path}: its takes differ in length; generate the layers again")
    size = 4 * sum(each.frames * each.hop * (2 if each.channels else 1) for each in tiles.values())
    with shelf(folder, writable=writable, size=size) as on:
        with clock.stage("decode"):
            tiled = {name: TiledStem(tiles[name], on) for name in takes}
            fill(tiled, watch)
        length = max(stem.length for stem in tiled.values())
        sums = on if size + _BYTES_OF_SUM * length <= SOUND_LIMIT else None
        yield HeardStems(
            song, takes, tiled, decoders.sample_rate, used, instead, unheard + said, stale, on, sums
        )


def _played(
    folder: SongFolder,
    song: Song,
    takes: Mapping[str, Take],
    players: Mapping[str, Sampler],
    rate: int,
    watch: Watch,
) -> tuple[dict[str, Tiles], list[str]]:
    """The stems of layers that samplers play in place of their takes, and what these could not play."""
    from stemwright.producer.sampled import sampled_sound, sound_tiles
    from stemwright.store.records import sha256

    tiles: dict[str, Tiles] = {}
    said: list[str] = []
    for name, player in players.items():
        score = folder.score(takes[name].score_sha256, name)
        progress = partial(watch, name)
        sound = sampled_sound(song.state, song.role(name), score, player.instrument, progress)
        tiles[name] = sound_tiles(sound.data, rate, takes[name].frames, name, sha256(sound.data))
        said += [f"{name}: {line}" for line in remarks(player, song.role(name), sound.notes, sound.silent)]
    return tiles, said


def decode(
    folder: SongFolder,
    takes: dict[str, Take],
    decoders: Decoders,
    watch: Watch = unwatched,
    sides: bool = False,
) -> dict[str, Audio]:
    """The stem of every take as an array, several at once; all have the same length.

    `sides`: what a sampler played in stereo stays so at the codec's rate, too; else it is mono there.
    """
    from stemwright.mix.limiter import limited

    for name, take in takes.items():
        decoders.require(folder, name, take)
    song = folder.load()

    def stem_of_take(item: tuple[str, Take], _: Cancel) -> Audio:
        stem = decoders.stem(folder, song, *item)
        if stem.ndim > 1 and not sides and not decoders.wide:
            stem = np.asarray(stem.mean(axis=1), np.float32)
        return stem if item[1].recorded else limited(stem, decoders.sample_rate, STEM_CEILING)

    stems = each(list(takes.items()), stem_of_take, watch, "decode")
    if len({len(stem) for stem in stems}) > 1:
        raise StemwrightError(f"{folder.path}: its takes differ in length; generate the layers again")
    return dict(zip(takes, stems, strict=True))
