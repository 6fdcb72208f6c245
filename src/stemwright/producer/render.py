"""`mix`: the active takes become stems, and the stems a mix."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import StemwrightError, UsageError
from stemwright.producer import machine
from stemwright.producer.clock import Clock
from stemwright.producer.commit import Act, commit
from stemwright.producer.decoders import Audio, Decoders, best_quality, check_quality
from stemwright.producer.exports import stored_score
from stemwright.producer.players import Sampler, remarks, samplers
from stemwright.producer.progress import Watch, unwatched
from stemwright.producer.standing import facts, sounding
from stemwright.producer.workspace import require_outside, writing

if TYPE_CHECKING:
    from stemwright.mix.mixer import MixResult
    from stemwright.song.document import Song, Take
    from stemwright.store import SongFolder

STEM_CEILING = 0.89
"""A stem's true peaks stay below this amplitude (-1 dBTP), so that no file clips."""


def render(
    path: Path,
    *,
    out: Path | None = None,
    stems: bool = False,
    quality: str | None = None,
    players: Sequence[str] = (),
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Mix the active takes, into `renders/` or to `out`; with `stems`, write them to `renders/` too. A layer
    whose notes are not performed yet sounds as before; `stale` and `remarks` tell.

    `quality`: one of `QUALITIES`; None: the best that the takes' bundles have.

    `players`: `LAYER=sampler:FILE`, who plays a take's score for this mix only; the takes stay as they are.

    UsageError where no layer has a take, `out` cannot be an audio file, or the quality cannot be had.
    """
    clock = Clock()
    _check_out(path, out)
    check_quality(quality)
    with writing(path) as folder:
        song = folder.load()
        takes, stale = sounding(folder, song)
        if not takes:
            raise UsageError(f"{path}: no layer has a take yet; make them with: stemwright generate DIR")
        instead = samplers(players, takes)
        decoders = Decoders(quality or best_quality(folder, takes))
        rate = decoders.sample_rate
        with clock.stage("decode"):
            played, told = _played(folder, song, takes, instead, rate, watch)
            rest = {name: take for name, take in takes.items() if name not in played}
            decoded = (decode(folder, rest, decoders, watch, sides=True) if rest else {}) | played
            decoded = _of_one_length(folder, {name: decoded[name] for name in takes})
        with clock.stage("mix"):
            watch("mix", 0, 2)
            mixed = _mix(decoded, rate)
            watch("mix", 1, 2)
        with clock.stage("write"):
            files = _write(folder, song, decoded if stems else {}, mixed, rate, out)
            watch("mix", 2, 2)
        seconds = len(mixed.audio) / rate
        used = {name: decoders.require(folder, name, take) for name, take in rest.items()}
        details = {**_details(takes, mixed), "decoders": used, "sample_rate": rate}
        if instead:
            details["players"] = {name: player.details()["player"] for name, player in instead.items()}
        act = Act("mix", list(takes), audio_seconds=seconds, made=_shas(files), details=details)
        commit(folder, song, act, clock)
    mix_file = files.pop("")
    return {
        "mix": str(mix_file),
        "stems": {name: str(file) for name, file in files.items()},
        "seconds": seconds,
        "sample_rate": rate,
        "loudness_lufs": round(mixed.loudness_lufs, 2),
        "true_peak_dbtp": round(mixed.true_peak_dbtp, 2),
        "stale": facts(path, stale),
        "remarks": [*told, *(found.line(path) for found in stale)],
    }


def _played(
    folder: SongFolder,
    song: Song,
    takes: Mapping[str, Take],
    players: Mapping[str, Sampler],
    rate: int,
    watch: Watch,
) -> tuple[dict[str, Audio], list[str]]:
    """The stems of layers that samplers play in place of their takes, and what these could not play."""
    from stemwright.producer.sampled import sampled_sound, stem_of

    stems: dict[str, Audio] = {}
    told: list[str] = []
    for name, player in players.items():
        score = stored_score(folder, takes[name].score_sha256, name)
        progress = partial(watch, name)
        sound = sampled_sound(song.state, name, score, player.instrument, progress)
        stem = stem_of(sound.data, rate, takes[name].frames, name)
        stems[name] = _limited(stem, rate)
        told += [f"{name}: {line}" for line in remarks(player, name, sound.notes, sound.silent)]
    return stems, told


def _limited(stem: Audio, rate: int) -> Audio:
    from stemwright.mix.limiter import limited

    return limited(stem, rate, STEM_CEILING)


def decode(
    folder: SongFolder,
    takes: dict[str, Take],
    decoders: Decoders,
    watch: Watch = unwatched,
    sides: bool = False,
) -> dict[str, Audio]:
    """The stem of every take, several at once; all have the same length.

    `sides`: what a sampler played in stereo stays so at the codec's rate, too; else it is mono there.
    """
    for name, take in takes.items():
        decoders.require(folder, name, take)
    state = folder.load().state
    done = 0
    lock = threading.Lock()

    def one(item: tuple[str, Take]) -> tuple[str, Audio]:
        nonlocal done
        name, take = item
        stem = decoders.stem(folder, state, name, take)
        if stem.ndim > 1 and not sides and not decoders.wide:
            stem = stem.mean(axis=1)
        stem = _limited(stem, decoders.sample_rate)
        with lock:
            done += 1
            watch("decode", done, len(takes))
        return name, stem

    pool = ThreadPoolExecutor(max(1, min(len(takes), machine.threads())))
    try:
        stems = dict(pool.map(one, takes.items()))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return _of_one_length(folder, stems)


def _of_one_length(folder: SongFolder, stems: dict[str, Audio]) -> dict[str, Audio]:
    if len({len(stem) for stem in stems.values()}) > 1:
        raise StemwrightError(f"{folder.path}: its takes differ in length; generate the layers again")
    return stems


def _mix(stems: dict[str, Audio], rate: int) -> MixResult:
    from stemwright.mix.mixer import mix

    return mix(stems, rate)


def _write(
    folder: SongFolder, song: Song, stems: dict[str, Audio], mixed: MixResult, rate: int, out: Path | None
) -> dict[str, Path]:
    """Write the files; returns them by layer, the mix under ""."""
    from stemwright.mix.files import file_name, write_audio

    names = {name: file_name(song.title, name, song.state, rate=rate) for name in stems}
    audio: dict[str, Audio] = {name: stems[name] for name in names}
    if out is None:
        names[""], audio[""] = file_name(song.title, "Mix", song.state, rate=rate), mixed.audio
    with folder.renders.writing() as batch:
        for name, file in names.items():
            write_audio(batch.path(file), audio[name], rate, suffix=".wav")
    files = {name: folder.renders.path / file for name, file in names.items()}
    if out is not None:
        write_audio(out, mixed.audio, rate)
        files[""] = out
    return files


def _check_out(path: Path, out: Path | None) -> None:
    from stemwright.mix.files import audio_format

    if out is None:
        return
    audio_format(out.suffix)
    if out.is_dir():
        raise UsageError(f"{out}: is a folder; name a file that ends in .wav or .flac")
    require_outside(path, out, "--out")


def _shas(files: dict[str, Path]) -> list[str]:
    from stemwright.store.records import hash_file

    return [hash_file(file, file.name) for file in files.values()]


def _details(takes: dict[str, Take], mixed: MixResult) -> dict[str, Any]:
    return {
        "takes": {name: take.take for name, take in takes.items()},
        "gains_db": {name: round(gain, 3) for name, gain in mixed.gains.items()},
        "limiting_db": round(mixed.limiting_db, 3),
        "loudness_lufs": round(mixed.loudness_lufs, 3),
        "true_peak_dbtp": round(mixed.true_peak_dbtp, 3),
        "reached": mixed.reached,
    }
