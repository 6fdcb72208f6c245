"""A song's figures: of its layers and of its mix, each beside its control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from stemwright.assess.listening.excerpts import RATE, Audio, mono
from stemwright.assess.measured_takes import Performed
from stemwright.assess.song.measuring import assess_song
from stemwright.assess.sound.measuring import assess_sound
from stemwright.evaluation.judges.packages import MUSICNN
from stemwright.evaluation.judges.running import resampled
from stemwright.evaluation.stereo import NARROWEST_DB, width
from stemwright.song.layers import is_drums
from stemwright.song.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from stemwright.song.score import Score
    from stemwright.song.timebase import Timebase

Report = dict[str, Any]
OF_SONG = ("velocity", "loudness_lufs", "quiet_db")
"""What is taken from `assess_song`, of drums the onsets too."""


def measure(path: Path, takes: Sequence[Performed], controls: Mapping[str, Audio]) -> Report:
    """`layers`: rows of `layer`, `timbre`, `faults`, and the sides `song`, `control` (None where there is
    none), `floor`; `mix` with `song` and `control`; `judges`, `notes`, and the song's `bpm`, `key`, `bars`.
    Distances by musicnn are left out: a song of eight bars has too few patches.
    """
    sound, song = _sound(path, controls), _song(path, controls)
    stems = {made.layer: made.audio for made in takes}
    heard = {row["layer"]: row for row in song["layers"]}
    mixes = [{row["of"]: row for row in report["mixes"]} for report in (song, sound)]
    return {
        **{key: sound[key] for key in ("bpm", "key", "bars")},
        "judges": {name: version for name, version in sound["judges"].items() if name != MUSICNN.name},
        "notes": [note for note in sound["notes"] if not note.startswith(("no control", "no FAD"))],
        "layers": [_layer(row, heard[row["layer"]], stems, controls) for row in sound["layers"]],
        "mix": {
            "song": mixes[0]["song"] | (_mix(mixes[1]["song"]) or {}),
            "control": _mix(mixes[1].get("control")),
        },
    }


def mono_24(sound: Audio) -> Audio:
    """[N, 2] at 48 kHz as [N / 2] at 24 kHz."""
    return resampled(mono(sound), RATE, SAMPLE_RATE)[: len(sound) * SAMPLE_RATE // RATE]


def _sound(path: Path, controls: Mapping[str, Audio]) -> Report:
    """The report of `assess_sound`, with these sounds as its controls."""
    import soundfile

    with TemporaryDirectory() as scratch:
        files = {layer: Path(scratch) / f"{layer}.wav" for layer in controls}
        for layer, file in files.items():
            soundfile.write(file, controls[layer], RATE, subtype="FLOAT")
        return assess_sound(path, files=files, quality="high")


def _song(path: Path, controls: Mapping[str, Audio]) -> Report:
    """The report of `assess_song`, with these sounds as its controls where there are all."""

    def render(layer: str, timbre: str, score: Score, timebase: Timebase, bars: int) -> Audio:
        return mono_24(controls[layer])

    return assess_song(path, render=render if controls else None)[0]


def _layer(sound: Report, song: Report, stems: Mapping[str, Audio], controls: Mapping[str, Audio]) -> Report:
    layer = sound["layer"]
    keys = OF_SONG + (("f1",) if is_drums(layer) else ())
    ours = sound | {key: song[key] for key in keys} | {"side_db": _side(stems[layer])}
    control = None
    if layer in controls:
        of_song = song["control"] or {}
        control = sound["control"] | {key: of_song.get(key) for key in keys}
        control["side_db"] = _side(controls[layer])
    floor = sound["floor"] | ({"f1": song["floor_f1"]} if is_drums(layer) else {})
    return {
        "layer": layer,
        "timbre": sound["timbre"],
        "faults": song["faults"]["faults"],
        "song": ours,
        "control": control,
        "floor": floor,
    }


def _side(sound: Audio) -> float | None:
    return width(sound) if sound.ndim > 1 else None


def _mix(row: Report | None) -> Report | None:
    """A mix's row, its width not below NARROWEST_DB, so that means say something."""
    key = "side_over_middle_db"
    return None if row is None else row | {key: max(NARROWEST_DB, row[key])}
