"""Which timbres a folder of samples gives: of the known ones those whose recordings are there, and a user's
own.

An own SFZ file, preset of a soundfont or folder of recordings is a timbre of the layers that its name fits,
or its folders' names: a kit of drums, else bass, harmony or lead, and of the last two where no name says
more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stemwright.errors import UsageError, few
from stemwright.instruments.files import DRUM_BANK
from stemwright.instruments.keyed import KeyboardSynth
from stemwright.instruments.kits import KITS
from stemwright.instruments.multisample import SOUNDS, pitched
from stemwright.instruments.ranges import WHOLE
from stemwright.instruments.sf2 import Font
from stemwright.instruments.sfz_zones import FileSample
from stemwright.instruments.soundfont_timbres import find_soundfont
from stemwright.instruments.timbres import MAX_TIMBRES, RECIPES, Recipes, TimbreRecipe
from stemwright.instruments.zones import Keyboard
from stemwright.song.drums import piece_of

FONTS = (".sf2", ".sf3")
OCTAVE, MIN_PIECES, BEYOND = 12, 3, 6
"""Keys that a pitched timbre has at least, pieces that a kit has, and how far recordings are stretched."""
_UNNAMED = ("audio", "flac", "notes", "samples", "sounds", "wav", "wavs")
"""Folders whose name says nothing of what is in them."""
_KINDS = {
    "drums": re.compile(r"drum|\bkit|percussion"),
    "bass": re.compile(r"bass(?!oon)|tuba"),
    "harmony": re.compile(r"chord|harmony|\bpad|string|organ|choir|keys|rhythm"),
    "lead": re.compile(
        r"lead|melod|solo|flute|sax|trumpet|violin|oboe|clarinet|harmonica|whistle|voice|vocal"
    ),
}


@dataclass(frozen=True, slots=True)
class Palette:
    """`recipes`: the timbres by layer; a layer without any is not there. `remarks`: what is left out, in
    lines.
    """

    recipes: Recipes
    remarks: tuple[str, ...]


def find_palette(samples: Path, soundfont: Path | None = None) -> Palette:
    """The timbres of a folder and of the system's soundfont, or another. UsageError where there are none."""
    has_font = _has_soundfont(soundfont)
    known = {
        layer: [made for made in recipes if (has_font if made.kind == "soundfont" else _there(samples, made))]
        for layer, recipes in RECIPES.items()
    }
    remarks = []
    for layer, recipes in RECIPES.items():
        gone = [made.name for made in recipes if made not in known[layer]]
        if gone:
            remarks.append(f"{layer}: left out, for want of recordings: {', '.join(few(gone, 'more'))}")
    if not has_font:
        remarks.append("no soundfont was found, so no timbre is synthesised")
    own, passed = _own(samples)
    found = {layer: (*known[layer], *own[layer]) for layer in RECIPES if known[layer] or own[layer]}
    if not any(not made.held_out for recipes in found.values() for made in recipes):
        raise UsageError(f"{samples}: has no instruments (SFZ, SF2, WAV), and no soundfont was found")
    return Palette(found, (*remarks, *passed))


def _has_soundfont(soundfont: Path | None) -> bool:
    if soundfont is not None:
        return bool(find_soundfont(soundfont))
    try:
        return bool(find_soundfont())
    except UsageError:
        return False


def _there(samples: Path, made: TimbreRecipe) -> bool:
    """Whether the recordings of a known timbre are there."""
    return all((samples / path).exists() for path in _paths(made))


def _paths(made: TimbreRecipe) -> list[str]:
    if made.kind != "kit":
        return [made.path]
    paths = [hits.path for hits in KITS[made.path].values()]
    return [path for one in paths for path in ([one] if isinstance(one, str) else one)]


def _own(samples: Path) -> tuple[dict[str, list[TimbreRecipe]], list[str]]:
    """A user's own timbres by layer, and lines of what was passed over."""
    folders = {
        path.split("/")[0]
        for recipes in RECIPES.values()
        for made in recipes
        if made.kind != "soundfont"
        for path in _paths(made)
    }
    files = [
        path
        for path in sorted(samples.rglob("*"))
        if path.relative_to(samples).parts[0] not in folders
        and not any(part.startswith((".", "__MACOSX")) for part in path.relative_to(samples).parts)
    ]
    own: dict[str, list[TimbreRecipe]] = {layer: [] for layer in RECIPES}
    faults: list[str] = []
    recorded: set[Path] = set()
    for path in files:
        if path.suffix.lower() in (".sfz", *FONTS) and path.is_file():
            try:
                made = _presets(samples, path)
            except UsageError as error:
                faults.append(str(error))
                continue
            for one in made:
                faults += _opened(own, samples, one, recorded)
    sounds = [path for path in files if path.suffix.lower() in SOUNDS and path.resolve() not in recorded]
    faults += _folders(own, samples, sounds)
    return own, [f"passed over: {line}" for line in few(faults, "more instruments or recordings")]


def _presets(samples: Path, path: Path) -> list[TimbreRecipe]:
    """The timbre of an SFZ file, or those of a soundfont's presets. UsageError where that cannot be read."""
    place = path.relative_to(samples).as_posix()
    plain = TimbreRecipe(_plain(path.stem), "zones", place, release=0.15, source=f"{place} (own recordings)")
    presets = [] if path.suffix.lower() == ".sfz" else Font(path).presets
    if len(presets) < 2:
        return [replace(plain, bank=preset.bank, program=preset.program) for preset in presets] or [plain]
    return [
        replace(plain, name=_plain(preset.name) or str(preset), bank=preset.bank, program=preset.program)
        for preset in presets
    ]


def _opened(
    own: dict[str, list[TimbreRecipe]], samples: Path, made: TimbreRecipe, recorded: set[Path]
) -> list[str]:
    """Puts a timbre among those of its layers, and what it sounds from into `recorded`; lines where it
    cannot.
    """
    try:
        keyboard = KeyboardSynth.of(samples / made.path, made.bank, made.program, False).keyboard
    except UsageError as error:
        return [str(error)]
    recorded |= {z.sample.path.resolve() for z in keyboard.zones if isinstance(z.sample, FileSample)}
    return _placed(own, made, _kinds(made), keyboard)


def _plain(name: str) -> str:
    """A name in small letters, of printable ones."""
    kept = "".join(letter if letter.isprintable() else " " for letter in name.replace("_", " "))
    return " ".join(kept.lower().split())[:40]


def _kinds(made: TimbreRecipe) -> tuple[str, ...]:
    """The layers that a timbre fits: by the name nearest to it that says one."""
    if made.bank == DRUM_BANK:
        return ("drums",)
    *folders, file = made.path.lower().replace("_", " ").split("/")
    for text in (made.name, file, *reversed(folders)):
        said = [layer for layer, words in _KINDS.items() if words.search(text)]
        if said:
            return (said[0],) if said[0] in ("drums", "bass") else tuple(said)
    return ("harmony", "lead")


def _placed(
    own: dict[str, list[TimbreRecipe]], made: TimbreRecipe, layers: tuple[str, ...], keyboard: Keyboard
) -> list[str]:
    """Puts a timbre among those of its layers; a line where it does not fit one."""
    if layers == ("drums",):
        pieces = {piece_of(key) for key in range(27, 88) if keyboard.sounds(key)}
        if len(pieces) < MIN_PIECES:
            return [f"{made.path} {made.name!r}: sounds on {len(pieces)} drum pieces of General MIDI"]
        return _added(own, made, layers)
    low, high = max(WHOLE[0], keyboard.range[0]), min(WHOLE[1], keyboard.range[1])
    if high - low + 1 < OCTAVE:
        return [f"{made.path} {made.name!r}: has {max(0, high - low + 1)} keys, under an octave"]
    return _added(own, replace(made, low=low, high=high), layers)


def _added(own: dict[str, list[TimbreRecipe]], made: TimbreRecipe, layers: tuple[str, ...]) -> list[str]:
    """Adds a timbre to some layers, under a name of its own; a line where one is full."""
    faults = []
    for layer in layers:
        taken = {other.name for other in (*RECIPES[layer], *own[layer])}
        if len(taken) >= MAX_TIMBRES:
            faults.append(f"{made.path} {made.name!r}: {layer} has {MAX_TIMBRES} timbres already")
            continue
        names = (made.name, *(f"{made.name} {number}" for number in range(2, MAX_TIMBRES + 2)))
        own[layer].append(replace(made, name=next(name for name in names if name not in taken)))
    return faults


def _folders(own: dict[str, list[TimbreRecipe]], samples: Path, sounds: Sequence[Path]) -> list[str]:
    """Adds the folders of recordings with pitches in their names; lines for those without."""
    faults = []
    for folder in sorted({path.parent for path in sounds}):
        files = [path for path in sounds if path.parent == folder]
        found = pitched(files)
        place = folder.relative_to(samples).as_posix()
        if not found:
            faults.append(
                f"{place}: {len(files)} recordings without a pitch in their names (c#4, 61): give an SFZ"
            )
            continue
        named = [part for part in (folder, *folder.parents) if part.name.lower() not in _UNNAMED]
        name = _plain(named[0].name) or "own"
        made = TimbreRecipe(name, "folder", place, source=f"{place} (own recordings)")
        low, high = max(WHOLE[0], min(found) - BEYOND), min(WHOLE[1], max(found) + BEYOND)
        layers = _kinds(made)
        if layers == ("drums",):
            faults.append(f"{place}: a kit of recordings needs an SFZ that says which key is which")
        elif high - low + 1 < OCTAVE:
            faults.append(f"{place}: its pitches lie outside {WHOLE[0]} to {WHOLE[1]}")
        else:
            faults += _added(own, replace(made, low=low, high=high), layers)
    return faults
