"""How a song's stems sound, by judges that nobody here trained and by plain looks at the sound.

Beside every stem stands a *control*, the same notes by a General MIDI soundfont or files that the user gives,
and a *floor*, the stem beside its score SHIFT seconds later. A judge whose package is not installed, and a
control that cannot be played, are left out, and the report's notes say what to install.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.assess.means import Figures, rounded
from stemwright.assess.measured_takes import Performed, performed
from stemwright.assess.recordings import Audio, read_as_is
from stemwright.assess.sound.distances import distances
from stemwright.assess.sound.judges import Judges, load_judges
from stemwright.assess.sound.soundfont import RATE, NoPlayer, find_font, play
from stemwright.assess.stem import SINGLE
from stemwright.errors import Message, UsageError, argument
from stemwright.evaluation import flutter, intonation, spectrum, stereo, sustain, transcription, transients
from stemwright.evaluation.judges import swift_f0
from stemwright.evaluation.judges.running import resampled
from stemwright.evaluation.timing import note_spans, onset_times
from stemwright.mix.mixer import mix
from stemwright.producer.decoders import decoders_for
from stemwright.song.layers import is_drums, kind_of
from stemwright.song.timebase import FRAME_RATE, SAMPLE_RATE
from stemwright.work.progress import Watch, unwatched
from stemwright.work.threads import each

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState

SHIFT = 0.31
"""Seconds that the floor's score comes late: on no grid of a usual tempo."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is measured: float32 [N] or [N, 2] and its rate."""

    audio: Audio
    rate: int

    @property
    def mono(self) -> Audio:
        """[N]: the mean of the channels."""
        return self.audio if self.audio.ndim == 1 else self.audio.mean(axis=1)

    def until(self, seconds: float) -> Heard:
        """Without what comes after `seconds`."""
        return Heard(self.audio[: round(seconds * self.rate)], self.rate)


Control = Callable[[Performed], Heard | None]
"""What a layer is compared with; None where there is nothing."""


def assess_sound(
    path: Path,
    *,
    files: Mapping[str, Path] | None = None,
    font: Path | None = None,
    quality: str | None = None,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """All figures of a song as plain JSON values.

    `files`: recordings of layers as controls, of any rate, from the song's start; else a soundfont plays,
    `font` or an installed one. UsageError where no layer has a take, or a file or layer is not there.
    """
    decoders = decoders_for(path, quality)
    state, takes = performed(path, decoders, watch, sides=True)
    control, named, notes = _control(state, takes, files, font)
    judges, missing = load_judges()
    seconds = state.frames / FRAME_RATE
    stems = {made.layer: Heard(made.audio, decoders.sample_rate) for made in takes}
    played = each(takes, lambda made, _: control(made), watch, "controls")
    controls = {
        made.layer: sound.until(seconds)
        for made, sound in zip(takes, played, strict=True)
        if sound is not None
    }

    def one(made: Performed) -> dict[str, Any]:
        return _layer(made, stems[made.layer], controls.get(made.layer), state, judges)

    report = {
        "song": str(path),
        "bpm": float(state.bpm),
        "key": str(state.key),
        "bars": state.bars,
        "seconds": seconds,
        "quality": quality,
        "judges": judges.versions,
        "control": named,
        "layers": each(takes, lambda made, _: one(made), watch, "layers"),
        "distances": _distances(judges, stems, controls, watch),
        "mixes": [_mixed(*side) for side in _sides(stems, controls, decoders.sample_rate)],
        "notes": [*notes, *missing],
    }
    made: dict[str, Any] = rounded(report)
    return made


def _control(
    state: GlobalState, takes: list[Performed], files: Mapping[str, Path] | None, font: Path | None
) -> tuple[Control, str | None, list[str]]:
    """What gives the controls, what it is called, and what is to be said of it."""
    if files:
        unknown = sorted(set(files) - {made.layer for made in takes})
        if unknown:
            raise UsageError(f"{argument('control')} {unknown[0]}: the song has no take of such a layer")
        seconds = state.frames / FRAME_RATE
        given = {layer: Heard(*read_as_is(path, seconds)) for layer, path in files.items()}
        return lambda made: given.get(made.layer), "files", []
    try:
        found = find_font(font)
    except NoPlayer as error:
        if font is not None:
            raise
        return lambda _: None, None, [Message(f"no control: {error.marked}")]

    def by_soundfont(made: Performed) -> Heard:
        return Heard(play(state, made.layer, made.score, made.take.timbre, found), RATE)

    return by_soundfont, found.name, []


def _layer(
    made: Performed, stem: Heard, control: Heard | None, state: GlobalState, judges: Judges
) -> dict[str, Any]:
    measured = partial(_figures, made=made, state=state, judges=judges)
    figures, floor = measured(stem)
    return {
        "layer": made.layer,
        "take": made.take.take,
        "timbre": made.take.timbre,
        "notes": len(made.score.notes),
        **figures,
        "floor": floor,
        "control": None if control is None else measured(control)[0],
    }


def _figures(sound: Heard, made: Performed, state: GlobalState, judges: Judges) -> tuple[Figures, Figures]:
    """All figures of a stem or its control, and those of the floor; None where one does not apply."""
    audio, rate = sound.mono, sound.rate
    figures: Figures = dict(spectrum.evaluate(audio, rate))
    times = onset_times(made.score, state.timebase)
    # At one rate for all: the filter that splits at 4 kHz is as many samples long at any.
    figures["attack_db"] = transients.attack_level_db(resampled(audio, rate, SAMPLE_RATE), times)
    if is_drums(made.layer):
        return figures, {}
    spans = np.minimum(note_spans(made.score, state.timebase), len(audio) / rate)
    pitches = np.array([note.pitch for note in made.score.notes], dtype=np.float64)
    single = kind_of(made.layer) in SINGLE
    held = sustain.evaluate(audio, spans, pitches, single, rate)
    figures |= {key: held[key] for key in ("roughness_db", "partials_db")}
    figures["flutter_db"] = flutter.evaluate(audio, spans, rate)["flutter_db"]
    floor: Figures = {}
    if judges.transcribe is not None:
        heard = judges.transcribe(audio, rate)
        written = transcription.evaluate(spans[:, 0], pitches.astype(int), heard, SHIFT)
        figures["note_f"], floor["note_f"] = written["note_f"], written["floor_f"]
    if judges.follow is not None and single:
        limits = (swift_f0.LOWEST_HZ, swift_f0.HIGHEST_HZ)
        curve = judges.follow(audio, rate)
        found = intonation.evaluate(curve, swift_f0.PERIOD, spans, pitches, limits)
        later = intonation.evaluate(curve, swift_f0.PERIOD, spans + SHIFT, pitches, limits)
        figures |= {"pitch_right": found["right"], "jitter_cents": found["jitter_cents"]}
        floor["pitch_right"] = later["right"]
    return figures, floor


def _distances(
    judges: Judges, stems: Mapping[str, Heard], controls: Mapping[str, Heard], watch: Watch
) -> list[dict[str, Any]]:
    embed = judges.embed
    if embed is None or not controls:
        return []
    layers = list(controls)
    sounds = [side[layer] for side in (stems, controls) for layer in layers]
    vectors = each(sounds, lambda sound, _: embed(sound.mono, sound.rate), watch, "distances")
    return distances(layers, vectors[: len(layers)], vectors[len(layers) :])


def _sides(stems: Mapping[str, Heard], controls: Mapping[str, Heard], rate: int) -> list[tuple[str, Heard]]:
    """The song's mix; the sum of the controls, as they were played, where there are all and at one rate."""
    made = mix({layer: stem.audio for layer, stem in stems.items()}, rate)
    sides = [("song", Heard(made.audio, rate))]
    rates = {sound.rate for sound in controls.values()}
    if set(controls) == set(stems) and len(rates) == 1:
        sides.append(("control", Heard(_sum([sound.audio for sound in controls.values()]), rates.pop())))
    return sides


def _sum(sounds: list[Audio]) -> Audio:
    total = np.zeros((max(len(sound) for sound in sounds), 2), np.float32)
    for sound in sounds:
        wide = sound.reshape(len(sound), -1)
        total[: len(sound)] += wide[:, :2] if wide.shape[1] > 1 else wide
    return total


def _mixed(name: str, sound: Heard) -> dict[str, Any]:
    return {
        "of": name,
        "side_over_middle_db": stereo.side_over_middle_db(sound.audio),
        **spectrum.evaluate(sound.mono, sound.rate),
    }
