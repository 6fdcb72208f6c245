"""The user's personal styles: adapters by name and layer, in `personal/NAME/LAYER` of the user's data."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError, argument, shown
from stemwright.models.bundle import MANIFEST, Bundle, load_bundle, write_bundle
from stemwright.models.registry import user_data

NONE = "none"
"""Where a style can be named: to play without one."""
NOTES_FILE = "notes.json"
NOTES = "notes"
"""The part of a style that is learnt from notes: chords, grooves, lines. `NOTES_FILE` says which style file
of the user's it is (docs/styles.md)."""
COMPANION = "companion"
"""The part that is a companion of one's own."""
MAX_NOTES = 1 << 20
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def folder_of(name: str) -> Path:
    """Where the adapters of a style lie, a folder a layer. UsageError for what can be no name."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(f"style {shown(name)}: must be a small letter, then up to 31 of a-z, 0-9, _ and -")
    if name == NONE:
        raise UsageError(f"style {name!r}: means to play without one; choose another name")
    return user_data() / "personal" / name


def style_layers(name: str) -> dict[str, Path]:
    """Layer -> folder of a style's adapters; empty where there is no such style, or it has none."""
    return {layer: folder for layer, folder in parts(name).items() if layer != COMPANION}


def parts(name: str) -> dict[str, Path]:
    """Layer or COMPANION -> folder of a style's bundles; empty where there is no such style."""
    folder = folder_of(name)
    if not folder.is_dir():
        return {}
    return {
        f.name: f for f in sorted(folder.iterdir()) if not f.name.startswith(".") and (f / MANIFEST).is_file()
    }


def notes_of(name: str) -> dict[str, Any] | None:
    """What is told of the notes that a style has learnt: `style`, the name of the style file, its `sha256`,
    `sources`, and `held_out`; None where it has learnt none. UsageError for a damaged note.
    """
    file = folder_of(name) / NOTES_FILE
    if not file.is_file():
        return None
    try:
        told = json.loads(file.read_bytes()[:MAX_NOTES])
    except (OSError, ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("style"), str):
        raise UsageError(f"{file}: is damaged; delete it, and learn the notes again")
    return told


def style_names() -> list[str]:
    """All styles there are."""
    folder = user_data() / "personal"
    names = (
        [f.name for f in sorted(folder.iterdir()) if _NAME.fullmatch(f.name) and f.name != NONE]
        if folder.is_dir()
        else []
    )
    return [name for name in names if parts(name) or notes_of(name) is not None]


def require_style(name: str) -> dict[str, Path]:
    """The adapters of a style by layer. UsageError, which names those there are, where it is none, or says
    what it is for where it has none.
    """
    found = style_layers(name)
    if found:
        return found
    notes, others = notes_of(name), parts(name)
    if notes is not None:
        raise UsageError(
            f"style {name!r}: has learnt notes alone, which no performer plays; its chords and patterns are "
            f"{argument('style')} {notes['style']} of new songs and of remix"
        )
    if others:
        raise UsageError(
            f"style {name!r}: has learnt a companion alone, which no performer plays; it is for the stage, "
            "stemwright live"
        )
    raise unknown(name)


def unknown(name: str) -> UsageError:
    """What to say of a style that there is not."""
    have = ", ".join(style_names()) or "none yet"
    return UsageError(f"style {shown(name)}: not known ({have}); stemwright personal learn makes one")


def require_new(name: str, layer: str) -> Path:
    """Where a part of a style is to lie. UsageError where there is one."""
    folder = folder_of(name) / layer
    if (folder / MANIFEST).exists():
        raise UsageError(
            f"style {name!r}: has learnt {layer} already; stemwright personal remove {name} first"
        )
    return folder


def companion_of(name: str) -> Path:
    """The bundle of a style's companion. UsageError where it has learnt none."""
    found = parts(name)
    if COMPANION not in found:
        if not found and notes_of(name) is None:
            raise unknown(name)
        raise UsageError(
            f"style {name!r}: has learnt no companion; stemwright personal learn {name} FILES.mid "
            f"{argument('layer')} {COMPANION}"
        )
    return found[COMPANION]


def load_style(path: Path) -> Bundle:
    """One adapter, checked whole."""
    return load_bundle(path, kind="adapter")


def remove_style(name: str, layer: str | None = None) -> list[str]:
    """Take a style away, or one layer's part of it; the layers. UsageError where there is no such."""
    found = parts(name)
    if not found and notes_of(name) is None:
        raise unknown(name)
    if layer is not None and layer not in found:
        raise UsageError(
            f"style {name!r}: has no part for {shown(layer)}, it has {', '.join(found) or NOTES}"
        )
    gone = [layer] if layer is not None else list(found)
    for each in gone:
        shutil.rmtree(found[each])
    sweep(name)
    return gone


def sweep(name: str) -> None:
    """Delete the folder of a style that has no part any more."""
    if not parts(name) and not (folder_of(name) / NOTES_FILE).exists():
        shutil.rmtree(folder_of(name))


def one_part(name: str, layer: str | None) -> Bundle:
    """A style's adapter for a layer or its companion, or its only part. UsageError where it is not clear
    which.
    """
    found = parts(name) or require_style(name)
    if layer is None and len(found) > 1:
        raise UsageError(
            f"style {name!r}: has parts for {', '.join(found)}; name one with {argument('layer')}"
        )
    chosen = layer or next(iter(found))
    if chosen not in found:
        raise UsageError(f"style {name!r}: has no part for {shown(chosen)}, it has {', '.join(found)}")
    return load_part(found[chosen])


def load_part(path: Path) -> Bundle:
    """An adapter or a companion, checked whole."""
    return load_bundle(path, kind=COMPANION) if path.name == COMPANION else load_style(path)


def export_style(part: Bundle, out: Path) -> Bundle:
    """The adapter's bundle once more, in a folder to pass on. UsageError where that exists."""
    if out.exists():
        raise UsageError(f"{out}: exists; choose another folder")
    return write_bundle(out, part.manifest, {name: part.file(name) for name in part.manifest.files})


def described() -> list[dict[str, Any]]:
    """What there is to know of every part of every style."""
    out = []
    for name in style_names():
        for layer, path in parts(name).items():
            manifest = load_part(path).manifest
            first, last = (manifest.held_out.get(f"user_{when}_mean") for when in ("before", "after"))
            gain = None
            if isinstance(first, float) and isinstance(last, float) and first > 0:
                gain = round(100 * (last / first - 1), 1)
            out.append(
                {
                    "name": name,
                    "layer": layer,
                    "rank": manifest.architecture.get("rank"),
                    "timbre": next(iter(manifest.timbres), ""),
                    "base_sha256": manifest.architecture.get("base_sha256"),
                    "gain_percent": gain,
                    "consent": list(manifest.licences),
                    "sources": list(manifest.sources),
                }
            )
    return out
