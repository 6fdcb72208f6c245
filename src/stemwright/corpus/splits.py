"""Which files the sources have, and in which split each is: by composer, by drummer, or by name."""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from pathlib import Path

from stemwright.errors import UsageError

FOLDERS = {"sheets": "openewld", "lieder": "lieder"}
VALID_COMPOSERS = frozenset({
    "Scott Joplin", "George Gershwin", "Fats Waller", "Jerome Kern", "Stephen Foster", "Victor Herbert",
    "Hugo Wolf", "Gabriel Fauré", "Fanny Hensel", "Josephine Lang",
})  # fmt: skip
"""Whoever is among a work's authors puts it into the validation split; both sets follow this one list."""
LATER_AUTHORS = frozenset({"Andrew Lloyd Webber", "Campino", "Don George"})
"""Traditional tunes under the names of authors whose own work may still be protected: left out."""
VALID_BANDS = (
    "d_dm25", "d_dm30", "d_dm32",  # rostuhan
    "d_map03", "d_map12", "d_map13", "d_map26",  # Discoholic, and what is Samuel Oliver's
    "d_dm09", "d_dm24",  # Matias Roldan
    "d_map16", "d_e4m2", "Boss 3",  # Scragadelic, Proxy-MIDI, Someoneman
)  # fmt: skip
"""Band songs held out: all that their composers wrote; no remix of one is among the others."""


def authors(folder: str) -> frozenset[str]:
    """The people in a folder's name, "Con_Conrad-Sidney_Clare" or "Schumann,_Clara", as plain names."""
    found = []
    for person in unicodedata.normalize("NFC", folder).replace("_", " ").split("-"):
        last, comma, first = person.partition(", ")
        found.append(f"{first} {last}" if comma else person)
    return frozenset(found)


@cache
def sheet_files(symbolic: Path, kind: str, split: str) -> tuple[Path, ...]:
    """The files of "sheets" or "lieder" that belong to a split, by their composers."""
    folder = symbolic / FOLDERS[kind]
    found = []
    for path in sorted(folder.rglob("*.mxl")):
        people = authors(path.relative_to(folder).parts[0])
        if not people & LATER_AUTHORS and (split == "valid") == bool(people & VALID_COMPOSERS):
            found.append(path)
    return tuple(found)


@cache
def gmd_rows(folder: Path, split: str) -> tuple[dict[str, str], ...]:
    """Rows of GMD's ``info.csv`` for one official split, without fills. UsageError if it is missing."""
    info = folder / "info.csv"
    if not info.is_file():
        raise UsageError(f"{info}: no such file; the GMD source needs it")
    wanted = {"train": "train", "valid": "validation"}[split]
    with info.open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["split"] == wanted and r["beat_type"] == "beat"]
    return tuple(r for r in rows if (folder / r["midi_filename"]).is_file())


@cache
def band_files(folder: Path, split: str) -> tuple[Path, ...]:
    """MIDI files of ``freedoom`` and ``easyrpg`` below ``folder`` that belong to a split."""
    found = [p for name in ("freedoom", "easyrpg") for p in sorted((folder / name).glob("*.mid"))]
    held = [p for p in found if p.name.startswith(VALID_BANDS)]
    return tuple(held) if split == "valid" else tuple(p for p in found if p not in held)
