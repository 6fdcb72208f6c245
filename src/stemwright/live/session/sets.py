"""Sets made ready: a song opened, companions with their sounds, the worker, all in a session's folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import soxr

from stemwright.errors import UsageError, argument
from stemwright.live.companion.presets import Preset, load
from stemwright.live.cv import store
from stemwright.live.desk.setup import Setup
from stemwright.live.session.leaving import told_to_end
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.opening import Opened, open_song
from stemwright.live.timbre.loading import chosen
from stemwright.live.vibe.adviser import Adviser
from stemwright.live.voices.making import Sound, Voices, make, read
from stemwright.live.voices.notes import sheet_of
from stemwright.live.worker.worker import Worker
from stemwright.models import Bundle, load_bundle
from stemwright.models.personal import COMPANION, companion_of
from stemwright.song.layers import LAYERS, kind_of

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a set is to have. ``companions``: a preset's name or file; ``style_of``: a personal style whose
    companion plays them; ``timbre``: of its voices; ``sounds``:
    they are heard on the desk, else by MIDI alone; ``adviser``: a program that reads words; ``device``: whose
    calibration holds for ``cv``, outputs after the first two, and ``cv_inputs``, inputs after ``inputs``;
    ``timbres``: bundles that the first inputs go through."""

    companions: str | None = None
    sounds: bool = True
    timbre: str = ""
    adviser: str | None = None
    rate: int = 48_000
    inputs: int = 0
    cv: int = 0
    cv_inputs: int = 0
    seed: int = 0
    is_offline: bool = False
    device: str = ""
    timbres: tuple[str, ...] = ()
    style_of: str | None = None


@contextmanager
def live_set(song: Path, folder: Path, wanted: Wanted, say: Say) -> Iterator[LiveSet]:
    """A set of a song; on the way out every note has ended and its log is closed. ``folder``: where the
    session goes, new or empty. ``say`` hears what is being made ready. UsageError for what cannot be had."""
    preset = None if wanted.companions is None else load(wanted.companions)
    companion = _companion(wanted)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: is not empty; give a new folder for the session")
    timbres = chosen(wanted.timbres, wanted.inputs, wanted.seed)
    folder.mkdir(parents=True, exist_ok=True)
    say("copying and mixing the song")
    opened = open_song(song, folder)
    voices = voices_of(preset, wanted, say) if preset is not None and wanted.sounds else []
    setup = Setup(
        wanted.rate,
        opened.columns,
        0 if preset is None else outputs_of(preset),
        wanted.inputs,
        wanted.cv,
        timbres=timbres,
        cv_inputs=wanted.cv_inputs,
    )
    live = _made(opened, folder, setup, preset, voices, wanted, companion)
    try:
        live.start()
        yield live
    finally:
        with told_to_end(lambda: None):
            live.end()


def _companion(wanted: Wanted) -> Bundle | str:
    """The bundle of companions. UsageError for a style that has learnt none, or where nobody plays it."""
    if wanted.style_of is None:
        return COMPANION
    if wanted.companions is None:
        raise UsageError(
            f"{argument('style_of')} {wanted.style_of}: is for companions; add {argument('companions')} NAME"
        )
    return load_bundle(companion_of(wanted.style_of), kind=COMPANION)


def _made(
    opened: Opened,
    folder: Path,
    setup: Setup,
    preset: Preset | None,
    voices: list[Voices],
    wanted: Wanted,
    companion: Bundle | str,
) -> LiveSet:
    adviser = None if wanted.adviser is None else Adviser(wanted.adviser)
    worker = Worker(opened.place)
    voltages = wanted.cv or wanted.cv_inputs
    calibration = store.load(wanted.device) if voltages and wanted.device else None
    parts = Parts(preset, voices, adviser, worker, wanted.seed, wanted.is_offline, calibration, companion)
    return LiveSet(opened, folder, setup, parts)


def outputs_of(preset: Preset) -> int:
    """How many outputs the voices of a preset play on."""
    return 1 + max(voice.out for partner in preset.partners for voice in partner.voices.values())


def voices_of(preset: Preset, wanted: Wanted, say: Say) -> list[Voices]:
    """A sound for each output, by the first voice that plays on it."""
    found: dict[int, Voices] = {}
    for partner in preset.partners:
        for voice in partner.voices.values():
            if (voice.mode == "input" and not voice.thru) or voice.out in found:
                continue
            layer = kind_of(voice.instrument) if voice.instrument in LAYERS else "lead"
            sheet = sheet_of(layer, voice.low, voice.high)
            say(f"making the sound of {partner.name}'s {layer}")
            path = make(sheet, wanted.timbre if layer == "lead" else "")
            found[voice.out] = read(sheet, path, wanted.rate, _resample)
    count = 1 + max(found, default=-1)
    silent = Voices((), (-1,) * 128, (1.0,) * 128, 0.0)
    return [found.get(number, silent) for number in range(count)]


def _resample(sound: Sound, found: int, rate: int) -> Sound:
    made: Sound = soxr.resample(sound, found, rate, quality="HQ").astype("float32")
    return made
