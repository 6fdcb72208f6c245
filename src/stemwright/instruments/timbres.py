"""The named timbres of each layer and how each one is made.

The index of a name in its layer's tuple of :data:`TIMBRES` is its slot in the one-hot conditioning vector, so
names are only ever appended, never reordered. At most :data:`MAX_TIMBRES` per layer.

Held-out timbres have no slot: no performer plays them and no codec is trained on them. They sound in the
split "unseen" alone, where they say what a codec does with an instrument that it never heard. They share no
recording with the others: kits of a soundfont share most of theirs, so held-out kits come from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from stemwright.errors import UsageError

MAX_TIMBRES = 16


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a timbre is made: ``kind`` is ``sfz``, ``named``, ``sample``, ``kit`` or ``soundfont``.

    ``sfz``: ``path`` is an SFZ file below the sample folder. ``named``: ``path`` is a folder of samples with
    the pitch in their names. ``sample``: ``path`` is one file of MIDI pitch ``center``, looped between the
    seconds ``loop``. ``kit``: ``path`` names a drum kit of :mod:`stemwright.instruments.kits`. ``soundfont``:
    ``bank`` and ``program`` of a General MIDI soundfont. ``release`` (seconds) is the fade after a note ends,
    ``drive`` (0: none) the gain into a distorting amplifier.
    """

    name: str
    kind: str
    path: str = ""
    bank: int = 0
    program: int = 0
    release: float = 0.2
    source: str = ""
    center: float = 60.0
    loop: tuple[float, float] | None = None
    drive: float = 0.0
    held_out: bool = False


_SOUNDFONT = "MuseScore General (MIT)"
_FREEPATS = "FreePats (CC0)"
_SONIC_PI = "Sonic Pi samples (CC0)"
_EMILY = "Karoryfer Emilyguitar (CC0)"
_MULDJORD = "DrumGizmo MuldjordKit (CC-BY 4.0)"
_GUITAR = "guitar_spanish/SpanishClassicalGuitar-20190618.sfz"
_PIANO = "piano_upright_kw/UprightPianoKW-20220221.sfz"


def _played(
    name: str, program: int, release: float = 0.15, *, bank: int = 0, held_out: bool = False
) -> Recipe:
    """A program of the soundfont."""
    return Recipe(name, "soundfont", "", bank, program, release, _SOUNDFONT, held_out=held_out)


def _synth_bass(
    name: str, file: str, center: float, loop: tuple[float, float], held_out: bool = False
) -> Recipe:
    """One long note of a synthesizer."""
    path = f"sonicpi_cc0/{file}.flac"
    return Recipe(
        name, "sample", path, release=0.08, source=_SONIC_PI, center=center, loop=loop, held_out=held_out
    )


RECIPES: dict[str, tuple[Recipe, ...]] = {
    "drums": (
        Recipe("acoustic", "kit", path="acoustic", source=_MULDJORD),
        Recipe("808", "kit", path="808", source=_SONIC_PI),
        _played("standard", 0, bank=128),
        _played("room", 8, bank=128),
        Recipe("heavy", "kit", path="heavy", source=_MULDJORD),
        Recipe("vintage", "kit", path="vintage", source=_SONIC_PI),
        Recipe("electronic", "kit", path="electronic", source=_SONIC_PI),
        Recipe("club", "kit", path="club", source=_SONIC_PI),
        _played("power", 16, bank=128),
        _played("analog", 25, bank=128),
        _played("brush", 40, bank=128),
        Recipe("tabla", "kit", path="tabla", source=_SONIC_PI, held_out=True),
        Recipe("techno", "kit", path="techno", source=_SONIC_PI, held_out=True),
        Recipe("chip", "kit", path="chip", source=_SONIC_PI, held_out=True),
    ),
    "bass": (
        Recipe("finger", "sfz", path="bass_yr/FingerBassYR 20190930.sfz", source=_FREEPATS),
        Recipe("pick", "sfz", path="bass_yr/PickedBassYR 20190930.sfz", source=_FREEPATS),
        _played("upright", 32),
        _played("synth", 38, 0.08),
        _played("fretless", 35),
        _played("slap", 36, 0.1),
        _played("square", 39, 0.08),
        _played("sine", 80, 0.06, bank=8),
        _played("saw", 38, 0.08, bank=8),
        _played("reese", 81, 0.08, bank=20),
        _played("tuba", 58, 0.12),
        _played("organ bass", 17, 0.06),
        _synth_bass("woodsy", "bass_woodsy_c", 35.94, (1.2, 2.6)),
        _synth_bass("thick", "bass_thick_c", 35.92, (1.5, 3.4)),
        _played("pop", 37, 0.1, held_out=True),
        _played("bassoon", 70, 0.12, held_out=True),
        _synth_bass("trance", "bass_trance_c", 35.93, (1.2, 3.0), held_out=True),
    ),
    "harmony": (
        Recipe("piano", "sfz", path=_PIANO, source=_FREEPATS),
        _played("epiano", 4, 0.25),
        _played("strings", 48, 0.35),
        Recipe("nylon", "sfz", path=_GUITAR, source=_FREEPATS),
        Recipe("clean guitar", "named", path="guitar_emily/notes", release=0.25, source=_EMILY, drive=0.7),
        _played("steel guitar", 25, 0.25),
        _played("organ", 17, 0.08),
        _played("rock organ", 18, 0.08),
        _played("fm piano", 5, 0.25),
        _played("clavinet", 7, 0.1),
        _played("vibraphone", 11, 0.5),
        _played("choir", 52, 0.3),
        _played("brass", 61, 0.15),
        _played("polysynth", 90, 0.25),
        _played("grand", 0, 0.3, held_out=True),
        _played("harpsichord", 6, 0.15, held_out=True),
        _played("accordion", 21, 0.1, held_out=True),
    ),
    "lead": (
        Recipe("electric guitar", "named", path="guitar_emily/notes", release=0.15, source=_EMILY, drive=1.5),
        _played("sax", 66, 0.12),
        _played("flute", 73, 0.12),
        _played("synth lead", 81, 0.1),
        Recipe("spanish guitar", "sfz", path=_GUITAR, source=_FREEPATS),
        Recipe(
            "driven guitar", "named", path="guitar_emily/notes", release=0.12, source=_EMILY, drive=12.0
        ),
        Recipe("upright piano", "sfz", path=_PIANO, source=_FREEPATS),
        _played("trumpet", 56, 0.12),
        _played("violin", 40),
        _played("clarinet", 71, 0.12),
        _played("harmonica", 22, 0.12),
        _played("square lead", 80, 0.1),
        _played("voice", 53, 0.2),
        _played("marimba", 12, 0.3),
        _played("oboe", 68, 0.12, held_out=True),
        _played("cello", 42, held_out=True),
        _played("banjo", 105, held_out=True),
    ),
}  # fmt: skip


def _names(held_out: bool) -> dict[str, tuple[str, ...]]:
    return {layer: tuple(r.name for r in rs if r.held_out == held_out) for layer, rs in RECIPES.items()}


TIMBRES: dict[str, tuple[str, ...]] = _names(held_out=False)
HELD_OUT: dict[str, tuple[str, ...]] = _names(held_out=True)


def recipe(layer: str, timbre: str) -> Recipe:
    """The recipe of ``timbre`` in ``layer``; raises :class:`UsageError` naming the choices."""
    for candidate in RECIPES.get(layer, ()):
        if candidate.name == timbre:
            return candidate
    choices = ", ".join(TIMBRES.get(layer, ())) or "none"
    raise UsageError(f"layer {layer!r} has no timbre {timbre!r}; choose one of: {choices}")
