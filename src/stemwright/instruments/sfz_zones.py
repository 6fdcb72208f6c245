"""An SFZ file as zones: the opcodes that say which recording, which keys, how loud, how long and from where.

Not heard: opcodes of modulation and effects, regions that do not start with the note (`trigger=release`), of
other articulations than the first (`sw_last`), or of controllers that are not at rest (`locc`, `hicc`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from stemwright.errors import UsageError, shown
from stemwright.instruments.sampler import Audio, parse_pitch
from stemwright.instruments.sfz import Values, inside, regions
from stemwright.instruments.zones import Envelope, Zone, finite

MAX_SAMPLE_SECONDS = 120
MAX_SAMPLE_BYTES = 1_000_000_000
_CONTROLLER = re.compile(r"(lo|hi)cc(\d{1,3})")


@dataclass(frozen=True, slots=True)
class FileSample:
    """An audio file beside an SFZ file."""

    path: Path

    @property
    def key(self) -> Path:
        """Its path."""
        return self.path

    def load(self) -> tuple[Audio, int]:
        """float32 [samples, channels], at most two minutes and two channels, and its rate."""
        import soundfile

        try:
            with soundfile.SoundFile(str(self.path)) as file:
                rate = int(file.samplerate)
                if not 1000 <= rate <= 400_000:
                    raise UsageError(f"{self.path}: a sample rate of {rate} Hz cannot be played")
                data = file.read(MAX_SAMPLE_SECONDS * rate, dtype="float32", always_2d=True)
        except (OSError, RuntimeError) as error:
            raise UsageError(f"{self.path}: cannot read this sample ({error})") from error
        return finite(data[:, :2]), rate


def read_sfz(path: Path) -> list[Zone]:
    """The zones of an SFZ file. UsageError for what is not one, is damaged, or names a missing sample."""
    found = regions(path)
    wanted = _articulation(found)
    places: dict[str, Path] = {}
    zones = []
    for values in found:
        if _plays(values, wanted):
            zone = _zone(path, values, places)
            zones += [zone] if zone is not None else []
    if not zones:
        raise UsageError(f"{path}: no <region> with a sample in it; is it an SFZ file?")
    missing = [place for place in places.values() if not place.is_file()]
    if missing:
        raise UsageError(
            f"{path}: {len(missing)} of its {len(places)} samples are missing: {missing[0].name}"
        )
    large = next((place for place in places.values() if place.stat().st_size > MAX_SAMPLE_BYTES), None)
    if large is not None:
        raise UsageError(f"{large}: larger than {MAX_SAMPLE_BYTES} bytes, not read")
    return zones


def _articulation(found: Iterable[Values]) -> str | None:
    """The key switch that is on: the default one, else the first that a region asks for."""
    values = list(found)
    for name in ("sw_default", "sw_last"):
        for region in values:
            if name in region:
                return region[name].lower()
    return None


def _plays(values: Values, articulation: str | None) -> bool:
    """Whether a region sounds when a key is struck, with nothing else done."""
    if values.get("trigger", "attack") not in ("attack", "first") or "-1" in (
        values.get("lokey"),
        values.get("hikey"),
    ):
        return False
    if "sw_last" in values and values["sw_last"].lower() != articulation:
        return False
    for name, text in values.items():
        match = _CONTROLLER.fullmatch(name)
        if match and text.isdigit():
            rest = values.get(f"control.set_cc{match[2]}", "0")
            at = int(rest) if rest.isdigit() else 0
            if (at < int(text)) if match[1] == "lo" else (at > int(text)):
                return False
    return True


def _zone(path: Path, values: Values, places: dict[str, Path]) -> Zone | None:
    """One region. None where it has no recording, or one that the format makes itself (`*sine`)."""
    if not values.get("sample") or values["sample"].startswith("*"):
        return None
    name = values.get("control.default_path", "") + values["sample"]
    if name not in places:
        places[name] = _resolved(path, name)
    try:
        return _parsed(FileSample(places[name]), values)
    except ValueError as error:
        raise UsageError(f"{path.name}: bad number in a region ({error})") from error


def _resolved(path: Path, name: str) -> Path:
    """Where a sample lies: in the folder of the SFZ file, links followed, in upper or lower case."""
    place = inside(path.parent, name, path.name)
    if not place.exists():
        place = _whatever_case(path.parent, place)
    if not place.resolve().is_relative_to(path.parent.resolve()):
        raise UsageError(f"{path.name}: sample {shown(name)} lies outside the folder of the SFZ file")
    return place


def _whatever_case(folder: Path, place: Path) -> Path:
    """The file of that name where upper and lower case do not count, as on the machine that made it."""
    now = folder
    for part in place.relative_to(folder).parts:
        if (now / part).exists():
            now = now / part
            continue
        same = (
            [entry for entry in now.iterdir() if entry.name.lower() == part.lower()] if now.is_dir() else []
        )
        if not same:
            return place
        now = min(same)
    return now


def _parsed(sample: FileSample, values: Values) -> Zone:
    def number(name: str, default: float, low: float = -1e6, high: float = 1e6) -> float:
        value = float(values.get(name, default))
        if not low <= value <= high:  # also refuses what is no number
            raise ValueError(f"{name}={values[name][:20]}")
        return value

    def key(name: str, default: int) -> int:
        return default if name not in values else parse_pitch(values[name]) + moved

    moved = round(number("control.note_offset", 0) + 12 * number("control.octave_offset", 0))
    one = key("key", -1)
    rest = one if one >= 0 else 60
    length = max(1, round(number("seq_length", 1, 1, 100)))
    mode = values.get("loop_mode", values.get("loopmode", ""))
    looped = mode in ("loop_continuous", "loop_sustain") and "loop_end" in values
    loop = round(number("loop_start", 0, 0, 1e9)), round(number("loop_end", 0, 0, 1e9)) + 1
    filtered = "cutoff" in values and values.get("fil_type", "lpf_2p").startswith("lpf")
    return Zone(
        sample,
        low=key("lokey", one if one >= 0 else 0),
        high=key("hikey", one if one >= 0 else 127),
        low_velocity=round(number("lovel", 0)),
        high_velocity=round(number("hivel", 127)),
        center=60 if values.get("pitch_keycenter") == "sample" else key("pitch_keycenter", rest),
        tune=number("tune", number("pitch", 0)) + 100 * number("transpose", 0),
        track=number("pitch_keytrack", 100, -1200, 1200),
        gain=10 ** (number("volume", 0, -144, 48) / 20) * number("amplitude", 100, 0, 1000) / 100,
        pan=number("pan", 0, -100, 100) / 100,
        velocity_track=number("amp_veltrack", 100, -100, 100) / 100,
        envelope=Envelope(
            delay=number("ampeg_delay", 0, 0, 100),
            attack=number("ampeg_attack", 0, 0, 100),
            hold=number("ampeg_hold", 0, 0, 100),
            decay=number("ampeg_decay", 0, 0, 100),
            sustain=number("ampeg_sustain", 100, 0, 100) / 100,
            release=max(0.03, number("ampeg_release", 0.1, 0, 1000)),
        ),
        start=round(number("offset", 0, 0, 1e9)),
        end=round(number("end", -1, -1, 1e9)) + 1 if "end" in values else None,
        loop=loop if looped else None,
        one_shot=mode == "one_shot",
        cutoff=number("cutoff", 0, 1, 1e6) if filtered else None,
        group=round(number("group", 0, -(2**31), 2**32)),
        off_by=round(number("off_by", 0, -(2**31), 2**32)),
        turn=(min(length, max(1, round(number("seq_position", 1)))) - 1, length),
        chance=(number("lorand", 0), number("hirand", 1)),
    )
