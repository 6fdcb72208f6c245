"""Presets: TOML files that say which companions there are, with which voices (docs/live.md).

Shipped ones are in the folder `presets` beside this file, the user's own in `companions` of the user's config
folder; a user's file goes before a shipped one of its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError, shown
from stemwright.live.companion.parameters import Value, changed, table
from stemwright.live.companion.settings import INPUT, PartnerSettings, VoiceSettings, voice_with
from stemwright.live.config import own_folder, parse_toml, read_limited

MAX_BYTES = 64 * 1024
MAX_PARTNERS, MAX_SETUPS = 16, 128
_FIXED = ("instrument", "source", "out")
"""Parameters that no setup changes, since a wrong one would be found out only while playing."""
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class PartnerSheet:
    """One companion of a preset. `setups`: parameters by voice, which program changes call up by number."""

    name: str
    settings: PartnerSettings
    voices: Mapping[str, VoiceSettings]
    setups: tuple[Mapping[str, Mapping[str, Value]], ...] = ()


@dataclass(frozen=True, slots=True)
class Preset:
    """Companions, one a performer."""

    name: str
    about: str
    partners: tuple[PartnerSheet, ...]


def presets() -> dict[str, Path]:
    """Name -> file of all presets."""
    found = {path.stem: path for path in sorted((Path(__file__).parent / "presets").glob("*.toml"))}
    folder = own_folder("companions")
    own = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    return found | {path.stem: path for path in own if _NAME.fullmatch(path.stem)}


def load(name: str | Path) -> Preset:
    """A preset by name, or a file. UsageError, which names file and field, where it cannot be had."""
    known = presets()
    path = known.get(str(name), Path(name))
    if not path.is_file():
        raise UsageError(
            f"preset {shown(str(name))}: not found; there are {', '.join(known)}, or give a file"
        )
    data = read_limited(path, MAX_BYTES)
    try:
        return parse(data, path.stem)
    except UsageError as error:
        raise UsageError(f"{path}: {error.marked}", field=error.field) from None


def parse(data: bytes, name: str) -> Preset:
    """What a preset file says. UsageError names the field that is wrong."""
    sheet = parse_toml(data, MAX_BYTES, "a preset")
    _only(sheet, ("about", "companion"), "the file")
    found = _tables(sheet, "companion", 1, MAX_PARTNERS, "the file")
    partners = tuple(_partner(each, number) for number, each in enumerate(found, 1))
    names = [partner.name for partner in partners]
    for each in names:
        if names.count(each) > 1:
            raise UsageError(f"companion.name: {each!r} is there twice; give each another name")
    return Preset(name, str(sheet.get("about", ""))[:200], partners)


def _partner(sheet: Mapping[str, Any], number: int) -> PartnerSheet:
    name = _name(sheet, f"companion {number}")
    own = tuple(table(PartnerSettings))
    _only(sheet, ("name", "voice", "setup", *own), name)
    settings = PartnerSettings()
    for key in own:
        if key in sheet:
            settings = _at(name, changed, settings, key, sheet[key])
    voices: dict[str, VoiceSettings] = {}
    for place, each in enumerate(_tables(sheet, "voice", 1, 16, name), 1):
        voice = _name(each, f"{name}, voice {place}")
        if voice in voices:
            raise UsageError(f"{name}: voice.name: {voice!r} is there twice; give each another name")
        _only(each, ("name", *table(VoiceSettings)), f"{name}/{voice}")
        voices[voice] = _voice(each, f"{name}/{voice}")
    if not any(own.mode == INPUT or own.port >= 0 for own in voices.values()):
        raise UsageError(f"{name}: no voice has an input; give one mode = {INPUT!r} and a port")
    setups = tuple(_setup(each, voices, name) for each in _tables(sheet, "setup", 0, MAX_SETUPS, name))
    return PartnerSheet(name, settings, voices, setups)


def _voice(sheet: Mapping[str, Any], where: str) -> VoiceSettings:
    settings = VoiceSettings()
    for key, value in sheet.items():
        if key != "name":
            settings = _at(where, voice_with, settings, key, value)
    for key, value in sheet.items():  # a bound may have been pushed by its other one
        if key != "name" and getattr(settings, key) != table(VoiceSettings)[key].checked(value):
            raise UsageError(f"{where}: {key}: {shown(value)} lies beyond its other bound", field=key)
    if settings.mode == INPUT and settings.port < 0:
        raise UsageError(f"{where}: port: is missing; an input needs one, from 0", field="port")
    return settings


def _setup(
    sheet: Mapping[str, Any], voices: Mapping[str, VoiceSettings], partner: str
) -> Mapping[str, Mapping[str, Value]]:
    where, out = f"{partner}, setup", {}
    _only(sheet, tuple(voices), where)
    for voice, values in sheet.items():
        if not isinstance(values, Mapping):
            raise UsageError(f"{where}: {voice}: should be a table of parameters")
        for key, value in values.items():
            if key in _FIXED:
                raise UsageError(f"{where}/{voice}: {key}: stays as it is; take it out", field=key)
            _at(f"{where}/{voice}", voice_with, voices[voice], key, value)
        out[voice] = {key: table(VoiceSettings)[key].checked(value) for key, value in values.items()}
    return out


def _at(where: str, change: Any, settings: Any, key: str, value: object) -> Any:
    try:
        return change(settings, key, value)
    except UsageError as error:
        raise UsageError(f"{where}: {error.marked}", field=error.field) from None


def _name(sheet: Mapping[str, Any], where: str) -> str:
    name = sheet.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(
            f"{where}: name: {shown(name)} is not a name; use a-z, 0-9, _ and -, a letter first, at most 32"
        )
    return name


def _only(sheet: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for key in sheet:
        if key not in names:
            raise UsageError(f"{where}: {key[:40]}: is not known; there are {', '.join(names)}")


def _tables(sheet: Mapping[str, Any], key: str, least: int, most: int, where: str) -> list[Mapping[str, Any]]:
    found = sheet.get(key, [])
    good = isinstance(found, list) and all(isinstance(each, Mapping) for each in found)
    if not good or not least <= len(found) <= most:
        raise UsageError(f"{where}: {key}: should be {least} to {most} tables, written [[{key}]]")
    return list(found)
