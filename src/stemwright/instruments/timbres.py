"""The named timbres of each layer and how each one is made.

The index of a name in its layer's tuple of :data:`TIMBRES` is its slot in the one-hot conditioning vector, so
names are only ever appended, never reordered. At most :data:`MAX_TIMBRES` per layer.

``low`` and ``high`` are the lowest and highest MIDI pitch that a timbre plays without being stretched beyond
what its instrument could do; :mod:`stemwright.instruments.ranges` brings notes into them. General MIDI
programs are made for the whole keyboard.

Held-out timbres have no slot: no performer plays them and no codec is trained on them. They sound in the
split "unseen" alone, where they say what a codec does with an instrument that it never heard. They share no
recording with the others: kits of a soundfont share most of theirs, so held-out kits come from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stemwright.errors import UsageError
from stemwright.instruments.ranges import WHOLE
from stemwright.models.manifest import MAX_TIMBRES

__all__ = ["HELD_OUT", "MAX_TIMBRES", "RECIPES", "TIMBRES", "Recipes", "TimbreRecipe", "names", "recipe"]


@dataclass(frozen=True, slots=True)
class TimbreRecipe:
    """How a timbre is made: ``kind`` is ``sfz``, ``named``, ``sample``, ``kit`` or ``soundfont``, of a user's
    own instruments ``zones`` or ``folder``.

    ``sfz``: ``path`` is an SFZ file below the sample folder. ``named``: ``path`` is a folder of samples with
    the pitch in their names. ``sample``: ``path`` is one file of MIDI pitch ``center``, looped between the
    seconds ``loop``. ``kit``: ``path`` names a drum kit of :mod:`stemwright.instruments.kits`. ``soundfont``:
    ``bank`` and ``program`` of a General MIDI soundfont. ``zones``: an SFZ file, or ``bank`` and ``program``
    of the soundfont ``path``. ``folder``: ``path`` has recordings with pitches in their names. ``release``
    (seconds) is the fade after a note ends, ``drive`` (0: none) the gain into a distorting amplifier.
    ``source`` names what it was made of, several joined by "; ".

    For ``sfz``, whose own release counts: ``tunes`` replaces the tuning of samples, in cents; ``blend``, for
    an instrument that sounds as long as it is held, the seconds in which loops close; ``fade`` the seconds in
    which recordings end that were cut before.
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
    low: int = WHOLE[0]
    high: int = WHOLE[1]
    tunes: tuple[tuple[str, float], ...] = ()
    blend: float = 0.0
    fade: float = 0.05

    @property
    def range(self) -> tuple[int, int]:
        """Lowest and highest pitch."""
        return self.low, self.high


_SOUNDFONT = "MuseScore General (MIT)"
_FREEPATS = "FreePats (CC0)"
_SONIC_PI = "Sonic Pi samples (CC0)"
_EMILY = "Karoryfer Emilyguitar (CC0)"
_MULDJORD = "DrumGizmo MuldjordKit (CC-BY 4.0)"
_AVL = "AVL Drumkits by Glen MacArthur (CC-BY-SA 3.0)"
_KARORYFER = "Karoryfer %s (CC0)"
_EPIANOS = "Greg Sullivan's E-Pianos (CC-BY 3.0)"
_SAXES = "MTG Solo Saxophones (CC-BY 4.0)"
_CABASA = "Dim Cabasa by kinwie (CC-BY 4.0)"
_GOGODZE = f"Karoryfer Gogodze Phu (CC0); {_CABASA}"
_PERCUSSION = f"{_AVL}; {_CABASA}; {_SONIC_PI}"
_BANJO_TUNES = (
    ("045_A2_v1", -50.0), ("058_As3_v1_r3", -8.0), ("059_B3_v1_r2", -7.0), ("068_Gs4_v1_r2", -25.0),
)  # fmt: skip
_GROWLY_TUNES = (("025_Cs1_v3", -20.0), ("028_E1_v3", -42.0))
_STACCATO_TUNES = (
    ("028_E1_v1", -52.0), ("028_E1_v1_r2", -40.0), ("030_Fs1_v1", -13.0), ("030_Fs1_v1_r2", -11.0),
    ("039_Ds2_v1", -14.0), ("039_Ds2_v1_r2", -12.0), ("048_C3_v1", -17.0), ("048_C3_v1_r2", -15.0),
    ("051_Ds3_v1", -17.0), ("051_Ds3_v1_r2", -16.0), ("063_Ds4_v1", -17.0), ("063_Ds4_v1_r2", -16.0),
)  # fmt: skip
_GRAND_TUNES = (
    ("063_Ds4_v3", -8.0), ("069_A4_v3", -7.0), ("087_Ds6_v3", -14.0), ("099_Ds7_v3", -30.0),
    ("105_A7_v3", -52.0),
)  # fmt: skip
_FINGERS = "bass_yr/FingerBassYR 20190930.sfz"
_PICK = "bass_yr/PickedBassYR 20190930.sfz"
_GUITAR = "guitar_spanish/SpanishClassicalGuitar-20190618.sfz"
_PIANO = "piano_upright_kw/UprightPianoKW-20220221.sfz"


def _played(
    name: str, program: int, release: float = 0.15, *, bank: int = 0, held_out: bool = False
) -> TimbreRecipe:
    """A program of the soundfont."""
    return TimbreRecipe(name, "soundfont", "", bank, program, release, _SOUNDFONT, held_out=held_out)


def _emily(name: str, release: float, drive: float) -> TimbreRecipe:
    """The electric guitar through an amplifier."""
    path = "guitar_emily/notes"
    return TimbreRecipe(name, "named", path, release=release, source=_EMILY, drive=drive, low=36, high=91)


def _synth_bass(
    name: str, file: str, center: float, loop: tuple[float, float], held_out: bool = False
) -> TimbreRecipe:
    """One long note of a synthesizer."""
    path = f"sonicpi_cc0/{file}.flac"
    return TimbreRecipe(
        name, "sample", path, release=0.08, source=_SONIC_PI, center=center, loop=loop, held_out=held_out
    )


def _recorded(
    name: str,
    folder: str,
    source: str,
    low: int,
    high: int,
    *,
    drive: float = 0.0,
    tunes: tuple[tuple[str, float], ...] = (),
    blend: float = 0.0,
    fade: float = 0.05,
) -> TimbreRecipe:
    """A recorded instrument in a folder with an SFZ file of its name."""
    return TimbreRecipe(
        name, "sfz", f"{folder}/{folder}.sfz", source=source, drive=drive, low=low, high=high, tunes=tunes,
        blend=blend, fade=fade,
    )  # fmt: skip


Recipes = Mapping[str, tuple[TimbreRecipe, ...]]
"""Layer -> its timbres."""

RECIPES: dict[str, tuple[TimbreRecipe, ...]] = {
    "drums": (
        TimbreRecipe("acoustic", "kit", path="acoustic", source=_MULDJORD),
        TimbreRecipe("808", "kit", path="808", source=_SONIC_PI),
        _played("standard", 0, bank=128),
        _played("room", 8, bank=128),
        TimbreRecipe("heavy", "kit", path="heavy", source=_MULDJORD),
        TimbreRecipe("vintage", "kit", path="vintage", source=_SONIC_PI),
        TimbreRecipe("electronic", "kit", path="electronic", source=_SONIC_PI),
        TimbreRecipe("club", "kit", path="club", source=_SONIC_PI),
        _played("power", 16, bank=128),
        _played("analog", 25, bank=128),
        _played("brush", 40, bank=128),
        TimbreRecipe("tabla", "kit", path="tabla", source=_SONIC_PI, held_out=True),
        TimbreRecipe("techno", "kit", path="techno", source=_SONIC_PI, held_out=True),
        TimbreRecipe("chip", "kit", path="chip", source=_SONIC_PI, held_out=True),
        TimbreRecipe("gogodze", "kit", path="gogodze", source=_GOGODZE),
        TimbreRecipe("black pearl", "kit", path="black pearl", source=_AVL),
        TimbreRecipe("red zeppelin", "kit", path="red zeppelin", source=_AVL),
        TimbreRecipe("uzu", "kit", path="uzu", source="uzu-drumkit by Switch Angel and Mot4i (Unlicense)"),
        TimbreRecipe("percussion", "kit", path="percussion", source=_PERCUSSION),
    ),
    "bass": (
        TimbreRecipe("finger", "sfz", path=_FINGERS, source=_FREEPATS, low=23, high=57),
        TimbreRecipe("pick", "sfz", path=_PICK, source=_FREEPATS, low=23, high=57),
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
        _recorded("growly", "bass_growly", _KARORYFER % "Growlybass", 25, 64, tunes=_GROWLY_TUNES, fade=0.6),
        _recorded(
            "staccato", "bass_growly_staccato", _KARORYFER % "Growlybass", 28, 64, tunes=_STACCATO_TUNES
        ),
        _recorded("flatwound", "bass_flatwound", _KARORYFER % "Swagbass", 23, 64, fade=0.6),
        _recorded("lately", "synth_lately_bass", _FREEPATS, 22, 84),
        _recorded("tic-tac", "guitar_baritone_muted", _KARORYFER % "Pastabass", 25, 75, fade=0.4),
        _recorded("surge", "synth_bass_lead", _FREEPATS, 27, 84, blend=0.05),
    ),
    "harmony": (
        TimbreRecipe("piano", "sfz", path=_PIANO, source=_FREEPATS),
        _played("epiano", 4, 0.25),
        _played("strings", 48, 0.35),
        TimbreRecipe("nylon", "sfz", path=_GUITAR, source=_FREEPATS, low=28, high=91),
        _emily("clean guitar", 0.25, 0.7),
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
        _recorded("wurlitzer", "epiano_wurlitzer", _EPIANOS, 31, 95, fade=0.3),
        _recorded("pianet", "epiano_pianet", _EPIANOS, 27, 91, fade=0.6),
        _recorded("cp80", "epiano_cp80", _EPIANOS, 24, 108, fade=0.6),
        _recorded(
            "concert grand", "piano_grand", "Headroom Piano by Bengt Nilsson (CC-BY 4.0)", 21, 107,
            tunes=_GRAND_TUNES, fade=0.6,
        ),
        _recorded(
            "jazz guitar", "guitar_archtop_electric", _KARORYFER % "Shinyguitar", 35, 86, drive=0.5, fade=0.5
        ),
        _recorded("archtop", "guitar_archtop_acoustic", _KARORYFER % "Shinyguitar", 35, 86, fade=0.5),
        _recorded(
            "transistor organ", "organ_transistor_all", _KARORYFER % "Caveman Cosmonaut", 52, 84, blend=0.05
        ),
        _recorded(
            "flute organ", "organ_transistor_flutes", _KARORYFER % "Caveman Cosmonaut", 52, 84, blend=0.05
        ),
        _recorded("new age pad", "synth_pad_new_age", _FREEPATS, 34, 98, blend=0.15),
        _recorded("banjo", "banjo_guitar", "ganjo by itsclipping (CC0)", 37, 74, tunes=_BANJO_TUNES),
        _recorded(
            "muted guitar", "guitar_baritone_muted", _KARORYFER % "Pastabass", 25, 75, drive=0.7, fade=0.4
        ),
    ),
    "lead": (
        _emily("electric guitar", 0.15, 1.5),
        _played("sax", 66, 0.12),
        _played("flute", 73, 0.12),
        _played("synth lead", 81, 0.1),
        TimbreRecipe("spanish guitar", "sfz", path=_GUITAR, source=_FREEPATS, low=28, high=91),
        _emily("driven guitar", 0.12, 12.0),
        TimbreRecipe("upright piano", "sfz", path=_PIANO, source=_FREEPATS),
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
        _recorded("tenor sax", "sax_tenor", _SAXES, 42, 78, blend=0.05),
        _recorded("baritone sax", "sax_baritone", _SAXES, 34, 71, blend=0.05),
        _recorded("wood flute", "flute_ixox", "Ixox Flute by Xavier Hosxe (CC-BY 4.0)", 58, 95, blend=0.05),
        _recorded("bowed cello", "cello_bigcat", _KARORYFER % "x bigcat cello", 35, 86, blend=0.05),
        _recorded("pizzicato", "cello_pizzicato", _KARORYFER % "x bigcat cello", 35, 75, fade=0.3),
        _recorded(
            "baritone guitar", "guitar_baritone", _KARORYFER % "Pastabass", 25, 76, drive=1.5, fade=0.6
        ),
        _recorded(
            "driven baritone", "guitar_baritone", _KARORYFER % "Pastabass", 25, 76, drive=12.0, fade=0.6
        ),
        _recorded("surge lead", "synth_bass_lead", _FREEPATS, 27, 106, blend=0.05),
        _recorded(
            "archtop guitar", "guitar_archtop_electric", _KARORYFER % "Shinyguitar", 35, 86, drive=1.0,
            fade=0.5,
        ),
    ),
}  # fmt: skip


def names(recipes: Recipes, held_out: bool = False) -> dict[str, tuple[str, ...]]:
    """Layer -> names of the timbres that models are trained on, or of those that are held out."""
    return {layer: tuple(r.name for r in rs if r.held_out == held_out) for layer, rs in recipes.items()}


TIMBRES: dict[str, tuple[str, ...]] = names(RECIPES)
HELD_OUT: dict[str, tuple[str, ...]] = names(RECIPES, held_out=True)


def recipe(layer: str, timbre: str, recipes: Recipes = RECIPES) -> TimbreRecipe:
    """The recipe of ``timbre`` in ``layer``; raises :class:`UsageError` naming the choices."""
    for candidate in recipes.get(layer, ()):
        if candidate.name == timbre:
            return candidate
    choices = ", ".join(names(recipes).get(layer, ())) or "none"
    raise UsageError(f"layer {layer!r} has no timbre {timbre!r}; choose one of: {choices}")
