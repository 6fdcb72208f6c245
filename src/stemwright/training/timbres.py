"""The named timbres of each layer and how each one is made.

The index of a name in its layer's tuple is its slot in the one-hot conditioning vector, so names are only
ever appended, never reordered. At most :data:`MAX_TIMBRES` per layer.
"""

from __future__ import annotations

from dataclasses import dataclass

from stemwright.errors import UsageError

MAX_TIMBRES = 16


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a timbre is made: ``kind`` is ``sfz``, ``named``, ``kit`` or ``soundfont``.

    ``sfz``: ``path`` is an SFZ file below the sample folder. ``named``: ``path`` is a folder of samples with
    the pitch in their names. ``kit``: ``path`` names a drum kit of :mod:`stemwright.training.kits`.
    ``soundfont``: ``bank`` and ``program`` of a General MIDI soundfont. ``release`` (seconds) is the fade
    after a note ends.
    """

    name: str
    kind: str
    path: str = ""
    bank: int = 0
    program: int = 0
    release: float = 0.2
    source: str = ""


_SOUNDFONT = "MuseScore General (MIT)"
_FREEPATS = "FreePats (CC0)"

RECIPES: dict[str, tuple[Recipe, ...]] = {
    "drums": (
        Recipe("acoustic", "kit", path="acoustic", source="DrumGizmo MuldjordKit (CC-BY 4.0)"),
        Recipe("808", "kit", path="808", source="Sonic Pi samples (CC0)"),
        Recipe("standard", "soundfont", bank=128, program=0, source=_SOUNDFONT),
        Recipe("room", "soundfont", bank=128, program=8, source=_SOUNDFONT),
    ),
    "bass": (
        Recipe("finger", "sfz", path="bass_yr/FingerBassYR 20190930.sfz", source=_FREEPATS),
        Recipe("pick", "sfz", path="bass_yr/PickedBassYR 20190930.sfz", source=_FREEPATS),
        Recipe("upright", "soundfont", program=32, release=0.15, source=_SOUNDFONT),
        Recipe("synth", "soundfont", program=38, release=0.08, source=_SOUNDFONT),
    ),
    "harmony": (
        Recipe("piano", "sfz", path="piano_upright_kw/UprightPianoKW-20220221.sfz", source=_FREEPATS),
        Recipe("epiano", "soundfont", program=4, release=0.25, source=_SOUNDFONT),
        Recipe("strings", "soundfont", program=48, release=0.35, source=_SOUNDFONT),
        Recipe("nylon", "sfz", path="guitar_spanish/SpanishClassicalGuitar-20190618.sfz", source=_FREEPATS),
    ),
    "lead": (
        Recipe(
            "electric guitar",
            "named",
            path="guitar_emily/notes",
            release=0.15,
            source="Karoryfer Emilyguitar (CC0)",
        ),
        Recipe("sax", "soundfont", program=66, release=0.12, source=_SOUNDFONT),
        Recipe("flute", "soundfont", program=73, release=0.12, source=_SOUNDFONT),
        Recipe("synth lead", "soundfont", program=81, release=0.1, source=_SOUNDFONT),
    ),
}

TIMBRES: dict[str, tuple[str, ...]] = {layer: tuple(r.name for r in rs) for layer, rs in RECIPES.items()}


def recipe(layer: str, timbre: str) -> Recipe:
    """The recipe of ``timbre`` in ``layer``; raises :class:`UsageError` naming the choices."""
    for candidate in RECIPES.get(layer, ()):
        if candidate.name == timbre:
            return candidate
    choices = ", ".join(TIMBRES.get(layer, ())) or "none"
    raise UsageError(f"layer {layer!r} has no timbre {timbre!r}; choose one of: {choices}")
