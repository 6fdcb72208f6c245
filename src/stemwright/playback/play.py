"""`play`: a song through an output device, or into a file where there is none. Its history is not told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, UsageError
from stemwright.playback import device
from stemwright.playback.stretches import Stretch, stretch_of
from stemwright.producer.decoders import Decoders, best_quality, check_quality
from stemwright.producer.heard import heard, is_heard, places
from stemwright.producer.heard_stems import decode
from stemwright.producer.standing import report, sounding
from stemwright.producer.workspace import reading, require_outside, writing
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.song.document import Song
    from stemwright.store import SongFolder

Audio = npt.NDArray[np.float32]


def play(
    path: Path,
    *,
    first: int | None = None,
    loop: str | None = None,
    solo: Sequence[str] = (),
    click: bool = False,
    quality: str | None = "standard",
    out: Path | None = None,
    open_device: device.Opener = device.output,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Play from bar `first` (from 1) to the end, or bars "5-8" in a `loop` until the user interrupts; of
    layers in `solo` only, where some are named; with a `click` on each beat. To `out`, or into `renders/`
    where no device is there, the same is written once. Returns `seconds` that were played or written, `file`
    (None where it was played), `stopped`, and remarks.
    """
    from stemwright.mix.files import audio_format

    check_quality(quality)
    if out is not None:
        audio_format(out.suffix)
        require_outside(path, out, "out")
    folder = reading(path)
    song = _soloed(folder.load(), solo)
    rate = Decoders(quality or _best(folder, song)).sample_rate
    stretch = stretch_of(song.state, rate, first, loop)
    audio, said = _mixed(folder, song, rate, watch)
    if click:
        audio = _with_clicks(audio, song, rate)
    facts = {"file": None, "stopped": False, **said}
    if out is None:
        try:
            with open_device(rate) as opened:
                played, stopped = _play(opened, stretch, audio)
            return {**facts, "seconds": played / rate, "stopped": stopped}
        except StemwrightError as error:
            facts["remarks"] = [*facts["remarks"], f"not played, but written to a file: {error.marked}"]
    part = stretch.once(audio)
    file = _written(path, song, part, rate, out)
    return {**facts, "seconds": len(part) / rate, "file": str(file)}


def _soloed(song: Song, solo: Sequence[str]) -> Song:
    """The song with only these layers soloed, as it is where none is named. UsageError for unknown ones."""
    for name in solo:
        song.layer(name)
    if not solo:
        return song
    layers = {
        name: replace(entry, solo=name in solo, mute=entry.mute and name not in solo)
        for name, entry in song.layers.items()
    }
    return replace(song, layers=layers)


def _best(folder: SongFolder, song: Song) -> str:
    return best_quality(folder, sounding(folder, song)[0])


def _mixed(folder: SongFolder, song: Song, rate: int, watch: Watch) -> tuple[Audio, dict[str, Any]]:
    """The mix, float32 [N, 2], and what is not as it should be."""
    from stemwright.mix.mixer import mix
    from stemwright.song.timebase import SAMPLE_RATE

    takes, stale = sounding(folder, song)
    if not takes:
        raise UsageError(f"{folder.path}: no layer has a take yet; make them with: stemwright generate DIR")
    takes = heard(folder.path, song, takes)
    decoders = Decoders("standard" if rate == SAMPLE_RATE else "high")
    stems = decode(folder, takes, decoders, watch, sides=True)
    mixed = mix(stems, rate, places=places(song, takes))
    return mixed.audio, report(folder.path, [each for each in stale if is_heard(song, each.layer)])


def _with_clicks(audio: Audio, song: Song, rate: int) -> Audio:
    """The mix with the click track; all of it lower where both together would go beyond full scale."""
    from stemwright.mix.click import click_track

    both = audio + click_track(song.state, rate)[: len(audio), None]
    return both / max(float(np.abs(both).max(initial=0.0)), 1.0)


def _play(opened: device.Device, stretch: Stretch, audio: Audio) -> tuple[int, bool]:
    """Samples that were played, and whether the user stopped it."""
    played = 0
    try:
        for block in stretch.blocks(audio):
            opened.play(block)
            played += len(block)
    except KeyboardInterrupt:
        return played, True
    return played, False


def _written(path: Path, song: Song, audio: Audio, rate: int, out: Path | None) -> Path:
    from stemwright.mix.files import file_name, write_audio

    if out is not None:
        write_audio(out, audio, rate)
        return out
    name = file_name(song.title, "Preview", song.state, ".wav", rate)
    with writing(path) as folder:
        with folder.renders.writing() as batch:
            write_audio(batch.path(name), audio, rate, suffix=".wav")
        return folder.renders.path / name
