"""What a section's name says: its family, how strong it is, and whose material it plays."""

from __future__ import annotations

_WORDS = {
    "intro": ("intro", "start", "opening", "head-in"),
    "prechorus": ("prechorus", "pre", "build", "buildup", "rise"),
    "chorus": ("chorus", "hook", "refrain", "drop", "b"),
    "bridge": ("bridge", "break", "breakdown", "middle", "middle8", "interlude", "c"),
    "solo": ("solo", "jam", "instrumental"),
    "outro": ("outro", "end", "ending", "coda", "tag"),
    "verse": ("verse", "strophe", "theme", "head", "a"),
}
_FAMILIES = {word: family for family, words in _WORDS.items() for word in words}
ENERGY = {"intro": 3, "verse": 5, "prechorus": 6, "chorus": 8, "bridge": 5, "solo": 7, "outro": 4, "": 6}
LEVEL = {"intro": "sparse", "outro": "sparse", "chorus": "chorus", "solo": "chorus"}


def material(name: str) -> str:
    """Sections with this word in common share their music: "verse", "Verse2" and "verse_3" do."""
    return name.lower().rstrip("0123456789").rstrip("_-") or name.lower()


def family(name: str) -> str:
    """The kind of section a name means, "" where nobody knows."""
    word = material(name)
    plain = word.replace("-", "").replace("_", "")
    return _FAMILIES.get(word) or _FAMILIES.get(plain) or ""
