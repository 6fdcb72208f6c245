"""What makes stems of takes: each take by the bundle whose tokens it holds, or as a sampler played it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.producer import bundles, details
from stemwright.producer.details import ByPerformer
from stemwright.producer.workspace import reading
from stemwright.song.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stemwright.codec.tiles import Tiles
    from stemwright.codec.tone.decoder import Part
    from stemwright.models import Bundle
    from stemwright.song.document import Song, Take
    from stemwright.store import SongFolder

Audio = npt.NDArray[np.float32]

QUALITIES = ("standard", "high")
"""24 kHz, mono stems; 48 kHz, stereo stems."""


def codec_of_take(folder: SongFolder, layer: str, take: Take) -> str | None:
    """The identity of a take's tokens, from the run that made them; None where it does not say."""
    made = details.of_take(folder, layer, take)
    return made.by.codec if made is not None and isinstance(made.by, ByPerformer) else None


def can_decode(folder: SongFolder, layer: str, take: Take) -> bool:
    """Whether a take can be heard here: a sampler's always, tokens where their codec is installed."""
    made_for = None if take.player is not None else codec_of_take(folder, layer, take)
    return made_for is None or bundles.speaking(made_for) is not None


def check_quality(quality: str | None) -> None:
    """UsageError for a quality that is not known; None is left to the takes."""
    if quality is not None and quality not in QUALITIES:
        raise UsageError(
            f"{argument('quality')} {quality[:40]!r}: is not known; use {' or '.join(QUALITIES)}"
        )


def best_quality(folder: SongFolder, takes: Mapping[str, Take]) -> str:
    """high, but where a take of the waveform codec lacks the wide decoder of its tokens."""
    waveform = any(
        take.player is None and _bundle(folder, layer, take).manifest.kind == "codec"
        for layer, take in takes.items()
    )
    return "standard" if waveform and not bundles.has_wide_decoder() else "high"


class Decoders:
    """Decoders of one quality, loaded when a take needs them. UsageError for a quality that is not known."""

    def __init__(self, quality: str) -> None:
        check_quality(quality)
        self.wide = quality == "high"

    @property
    def sample_rate(self) -> int:
        """Of the stems."""
        return 2 * SAMPLE_RATE if self.wide else SAMPLE_RATE

    def require(self, folder: SongFolder, layer: str, take: Take) -> str | None:
        """The identity of the bundle that decodes a take, None for a sampler's; StemwrightError or UsageError
        where no bundle here can.
        """
        if take.player is not None:
            return None
        bundle = _bundle(folder, layer, take)
        if bundle.manifest.kind == "codec" and self.wide:
            return bundles.wide_decoder().sha256
        return bundle.sha256

    def stem(self, folder: SongFolder, song: Song, layer: str, take: Take) -> Audio:
        """A take's sound at this quality's rate, [samples] or [samples, 2]."""
        from stemwright.codec.tokens import from_canonical

        data = folder.objects.get(take.content_sha256)
        if take.player is not None:
            from stemwright.producer.sampled import stem_of

            return stem_of(data, self.sample_rate, take.frames, folder.objects.name(take.content_sha256))
        tokens = from_canonical(data)
        if _bundle(folder, layer, take).manifest.kind == "tone":
            return bundles.tone().decode(_part(folder, song, layer, take, tokens), wide=self.wide)
        return (bundles.wide_decoder() if self.wide else bundles.codec()).decode(tokens)

    def tiles(self, folder: SongFolder, song: Song, layer: str, take: Take) -> Tiles:
        """A take's sound, tile by tile: what `stem` gives, but for the rounding of a sampler's at 24 kHz."""
        from stemwright.codec.tokens import from_canonical

        if take.player is not None:
            from stemwright.producer.sampled import object_tiles

            return object_tiles(folder, take, self.sample_rate)
        tokens = from_canonical(folder.objects.get(take.content_sha256))
        if _bundle(folder, layer, take).manifest.kind == "tone":
            return bundles.tone().tiles(_part(folder, song, layer, take, tokens), wide=self.wide)
        return (bundles.wide_decoder() if self.wide else bundles.codec()).tiles(tokens)


def _part(folder: SongFolder, song: Song, layer: str, take: Take, tokens: npt.NDArray[np.integer]) -> Part:
    from stemwright.codec.tone.decoder import Part

    score = folder.score(take.score_sha256, layer)
    return Part(song.role(layer), tokens, score, song.state.timebase, take.timbre)


def _bundle(folder: SongFolder, layer: str, take: Take) -> Bundle:
    """The bundle that speaks a take's tokens."""
    made_for = codec_of_take(folder, layer, take)
    if made_for is None:
        return bundles.codec_bundle()
    found = bundles.speaking(made_for)
    if found is None:
        raise StemwrightError(
            f"{layer}, take {take.take}: made for codec {made_for[:12]}, which is not installed: install "
            f"it, or perform the same notes again with: stemwright perform DIR"
        )
    return found


def decoders_for(path: Path, quality: str | None) -> Decoders:
    """The decoders of a song, of a quality or of the best that its takes' bundles have."""
    check_quality(quality)
    if quality is not None:
        return Decoders(quality)
    folder = reading(path)
    active = {name: entry.active for name, entry in folder.load().layers.items()}
    return Decoders(best_quality(folder, {name: take for name, take in active.items() if take is not None}))
