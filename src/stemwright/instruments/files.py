"""Instruments that a user has: SFZ, SF2 and SF3 files, opened, named and told apart by their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from stemwright.errors import UsageError, shown
from stemwright.instruments.sf2 import Font, Preset
from stemwright.instruments.sf2_zones import preset_zones
from stemwright.instruments.sfz_zones import FileSample, read_sfz
from stemwright.instruments.zones import Keyboard, Zone

DRUM_BANK = 128
_PIECE = 1 << 20
_LISTED = 6


@dataclass(frozen=True, slots=True)
class Instrument:
    """An opened file. `name`: the file's; `preset`: "" where the format has none. `sha256`: of all that it
    sounds from, of an SFZ file with its samples.
    """

    name: str
    preset: str
    sha256: str
    keyboard: Keyboard
    melodic: bool


def open_instrument(text: str, drums: bool = False) -> Instrument:
    """The instrument in `FILE` or `FILE#PRESET`. UsageError in one line for anything else.

    A preset is `bank:program`, its name, or a part of it that only one has. Without one: the first of the
    file, for `drums` the first of bank 128 where there is one.
    """
    path, wanted = _split(text)
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name an SFZ, SF2 or SF3 file")
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name an SFZ, SF2 or SF3 file")
    name = _plain(path.name)
    with path.open("rb") as file:
        font = file.read(4) == b"RIFF"
    if font:
        return _soundfont(path, name, wanted, drums)
    if path.suffix.lower() in (".sf2", ".sf3"):
        raise UsageError(f"{path}: is no soundfont (SF2 or SF3)")
    if path.suffix.lower() != ".sfz":
        raise UsageError(f"{path}: is neither an SFZ file nor a soundfont (SF2, SF3)")
    if wanted is not None:
        raise UsageError(f"{path}: an SFZ file has no presets; leave #{wanted[:40]} out")
    zones = read_sfz(path)
    return Instrument(name, "", _sfz_sha(path, zones), Keyboard(zones), melodic=False)


def choose(font: Font, wanted: str | None, drums: bool) -> Preset:
    """The preset that is asked for. UsageError with some that there are."""
    if wanted is None:
        kits = [preset for preset in font.presets if preset.bank == DRUM_BANK]
        others = [preset for preset in font.presets if preset.bank != DRUM_BANK]
        return (kits or others)[0] if drums else (others or kits)[0]
    asked = wanted.strip().lower()
    for same in (
        lambda preset: f"{preset.bank}:{preset.program}" == asked,
        lambda preset: preset.name.lower() == asked,
        lambda preset: asked and asked in preset.name.lower(),
    ):
        found = [preset for preset in font.presets if same(preset)]
        if len(found) == 1:
            return found[0]
        if found:
            break
    listed = ", ".join(str(preset) for preset in (found or font.presets)[:_LISTED])
    more = ", ..." if len(found or font.presets) > _LISTED else ""
    what = f"means {len(found)} of its presets" if found else "is none of its presets"
    raise UsageError(f"{font.path}: {shown(wanted)} {what}: {listed}{more}")


def _plain(name: str) -> str:
    """A file's name as printable text."""
    letters = "".join(letter if letter.isprintable() else " " for letter in name.replace("\\", " "))
    return " ".join(letters.split())[:100].strip() or "instrument"


def _split(text: str) -> tuple[Path, str | None]:
    """Path and preset; a file whose own name has a # in it is taken as it is."""
    whole = Path(text).expanduser()
    if "#" not in text or whole.is_file():
        return whole, None
    path, _, preset = text.rpartition("#")
    return Path(path).expanduser(), preset


def _soundfont(path: Path, name: str, wanted: str | None, drums: bool) -> Instrument:
    font = Font(path)
    preset = choose(font, wanted, drums)
    keyboard = Keyboard(preset_zones(font, preset))
    return Instrument(name, str(preset), _file_sha(path), keyboard, melodic=preset.bank != DRUM_BANK)


def _file_sha(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error


def _sfz_sha(path: Path, zones: list[Zone]) -> str:
    """Over the zones as they were read and the content of every sample, wherever the files lie."""
    samples = {zone.sample.path for zone in zones if isinstance(zone.sample, FileSample)}
    shas = {sample: _file_sha(sample) for sample in sorted(samples)}
    whole = hashlib.sha256(b"sfz 1\n")
    for zone in zones:
        assert isinstance(zone.sample, FileSample)
        facts = {slot: getattr(zone, slot) for slot in zone.__slots__ if slot not in ("sample", "modulators")}
        whole.update(f"{shas[zone.sample.path]} {facts!r}\n".encode())
    return whole.hexdigest()
