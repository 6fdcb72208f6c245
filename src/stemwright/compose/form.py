"""What a section's name says: its family, how strong it is, and whose material it plays."""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.compose.style import LEVELS

_WORDS = {
    "intro": ("intro", "start", "opening", "head-in"),
    "prechorus": ("prechorus", "pre", "build", "buildup", "rise"),
    "chorus": ("chorus", "hook", "refrain", "drop", "b"),
    "bridge": ("bridge", "break", "breakdown", "middle", "middle8", "interlude", "c"),
    "solo": ("solo", "jam", "instrumental"),
    "outro": ("outro", "end", "ending", "coda", "tag"),
    "verse": ("verse", "strophe", "theme", "head", "a"),
}
_BARE = ("breakdown",)
"""Sections that leave most of the band out."""
_FAMILIES = {word: family for family, words in _WORDS.items() for word in words}
ENERGY = {"intro": 3, "verse": 5, "prechorus": 6, "chorus": 8, "bridge": 5, "solo": 7, "outro": 4, "": 6}
HIGHEST = 9
LEVEL = {"intro": "sparse", "outro": "sparse", "chorus": "chorus", "solo": "chorus"}


def level(name: str) -> str:
    """How busy a section of a name is, of `style.LEVELS`."""
    return "sparse" if material(name) in _BARE else LEVEL.get(family(name), "verse")


def moved(name: str, steps: int) -> str:
    """The level that is so many steps fuller, or less, than one."""
    return LEVELS[max(0, min(len(LEVELS) - 1, LEVELS.index(name) + steps))]


def energies(names: Sequence[str]) -> list[int]:
    """How strong each of a song's sections is, 0 to 9: by its name, and by its place. What returns is
    stronger than the first time; the last of several choruses is the song's height, and what comes right
    before it draws back, or where it builds up pushes on.
    """
    kinds = [family(name) for name in names]
    peaks = [place for place, kind in enumerate(kinds) if kind == "chorus"]
    last = peaks[-1] if len(peaks) > 1 else None
    out: list[int] = []
    for place, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        again = any(material(name) == material(other) for other in names[:place])
        energy = ENERGY[kind] + again - 2 * (material(name) in _BARE)
        if last is not None and place == last - 1:
            energy += {"bridge": -1, "prechorus": 1}.get(kind, 0)
        out.append(HIGHEST if place == last else min(energy, HIGHEST - 1 if kind == "chorus" else HIGHEST))
    return out


def material(name: str) -> str:
    """Sections with this word in common share their music: "verse", "Verse2" and "verse_3" do."""
    return name.lower().rstrip("0123456789").rstrip("_-") or name.lower()


def family(name: str) -> str:
    """The kind of section a name means, "" where nobody knows."""
    word = material(name)
    plain = word.replace("-", "").replace("_", "")
    return _FAMILIES.get(word) or _FAMILIES.get(plain) or ""
