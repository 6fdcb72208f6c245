"""Reading a style file: strict, data only. docs/styles.md says what the fields are."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from stemwright.compose.learned.drums import ANY, NONE, PLAYERS
from stemwright.compose.learned.harmony import PLAYERS as ACCOMPANISTS
from stemwright.compose.learned.lead import FAMILIES
from stemwright.compose.parts import PARTS, TABLES, parse_layers
from stemwright.compose.style import GENRES, LEVELS, Comp, Groove, Style
from stemwright.compose.stylebook import marks
from stemwright.compose.stylebook.files import MAX_BYTES, OWN, content, is_own, shipped_file
from stemwright.compose.stylebook.sheet import MAX_TEXTS, Sheet
from stemwright.compose.voicing import KINDS
from stemwright.errors import UsageError, shown
from stemwright.song.drums import DRUM_PIECES
from stemwright.song.layers import LAYERS
from stemwright.song.meter import Meter
from stemwright.song.style import canonical
from stemwright.song.tempo import MAX_BPM, MIN_BPM

_HOW = ("block", "arp", "stab", "pad")
_GUITAR = (*_HOW, "chug", "oct")
_COLORS = ("triad", "seventh", "power")
_SWUNG = (Fraction(1, 2), Fraction(3, 4))
_LEAN = 12  # ticks, half a sixteenth
_LOOSE = 8
_SPREAD = 6
T = TypeVar("T")


def read_style(path: Path) -> Style:
    """The style in a file. UsageError with the first fault, and how many more there are."""
    style, faults = examine(path)
    if not faults:
        return style
    more = f" ({len(faults) - 1} more: stemwright style check {path})" if len(faults) > 1 else ""
    raise UsageError(f"{path}: {faults[0]}{more}")


def examine(path: Path) -> tuple[Style, tuple[str, ...]]:
    """The style in a file, and everything that is wrong with it, a line each: where there is something, the
    style is not to be used. UsageError where the file cannot be read.
    """
    return parse(path.stem, content(path), path.absolute() == shipped_file(path.stem))


@lru_cache(maxsize=64)
def parse(name: str, data: bytes, shipped: bool = False) -> tuple[Style, tuple[str, ...]]:
    """The style `name` that the bytes of a file are, and everything that is wrong with it, as `examine`."""
    faults: list[str] = []
    if not (shipped or is_own(name)):
        faults.append(
            f"name: {name[:40]!r} is not one for a style of your own; call the file {OWN}NAME.toml, NAME of "
            "a-z, 0-9, _ and -"
        )
    values = _values(data, faults)
    if values is None:  # nothing more can be said
        return _style(name, "", Sheet({}, "", [])), tuple(faults)
    like = _like(values, name, faults)
    if like:
        values = _over(_shipped(like), values)
    style = _style(name, like, Sheet(values, "", faults))
    return style, tuple(faults)


def _shipped(name: str) -> dict[str, Any]:
    return _values(content(shipped_file(name)), []) or {}


def _values(data: bytes, faults: list[str]) -> dict[str, Any] | None:
    """What a file says, None where it cannot be made out."""
    if len(data) > MAX_BYTES:
        faults.append(f"file: is larger than {MAX_BYTES // 1024} KB; a style is a few of them")
        return None
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        faults.append("file: is not UTF-8 text; save it as UTF-8")
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:120]
        faults.append(f"file: is not TOML ({reason}); compare it with docs/styles.md")
    return None


def _like(values: dict[str, Any], name: str, faults: list[str]) -> str:
    """The shipped style that a file builds on, "" for none."""
    said = values.pop("like", "")
    if said == "":
        return ""
    known = canonical(said) if isinstance(said, str) else None
    if known and known == said and known != name and shipped_file(known).is_file():
        beyond = _shipped(known).get("like")
        if beyond is None:
            return known
        faults.append(f"like: {known!r} is itself like {beyond!r}; name that one")
        return ""
    faults.append(f"like: {shown(said)} is not a shipped style; `stemwright styles` lists their names")
    return ""


def _over(base: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` laid over those of the style that it is like: tables field by field. Who writes progressions
    of their own wants these, and says so where they want others beside them.
    """
    out = {key: value for key, value in base.items() if key not in ("about", "like")}
    for key, value in values.items():
        both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        own = {"learned": 0} if key == "chords" and both and {"major", "minor"} & set(value) else {}
        out[key] = {**out[key], **own, **value} if both else value
    return out


def _style(name: str, like: str, sheet: Sheet) -> Style:
    chords, drums, bass = (sheet.table(key) for key in ("chords", "drums", "bass"))
    harmony, lead, feel, form = (sheet.table(key) for key in ("harmony", "lead", "feel", "form"))
    genre = chords.word("family", GENRES, "pop")
    percussion, more = sheet.table("percussion"), {writer: sheet.table(writer) for writer in TABLES}
    crash = drums.word("crash", ("none", *DRUM_PIECES), "crash")
    style = Style(
        name=name,
        about=sheet.text("about", None),
        like=like,
        bpm=_bpm(sheet),
        swing=_swing(sheet),
        meter=_meter(sheet),
        timbres=_timbres(sheet.table("timbres")),
        grooves={level: _grooves(drums, level) for level in LEVELS},
        bass={level: _patterns(bass, level, marks.DEGREES) for level in LEVELS},
        comps={level: _comps(harmony, level) for level in LEVELS},
        motifs=_patterns(lead, "rhythms", marks.STROKES),
        major=_checked(chords, "major", marks.progression_fault),
        minor=_checked(chords, "minor", marks.progression_fault),
        cadences=_checked(chords, "cadences", marks.cadence_fault),
        color=chords.word("color", _COLORS, "triad"),
        colored=chords.percent("richer", 0),
        learned=chords.percent("learned", 0),
        genre=genre,
        inversions=chords.percent("inversions", 0),
        forms=_checked(form, "usual", marks.form_fault, needed=False),
        form_genre=form.word("family", GENRES, genre),
        fills=tuple(map(marks.plain, _checked(drums, "fills", marks.fill_fault, needed=False))),
        crash=None if crash == "none" else crash,
        player=drums.word("player", (NONE, ANY, *PLAYERS), NONE),
        steady=drums.switch("steady"),
        triple=feel.word("triple", tuple("ABCD"), "C"),
        bass_lock=bass.percent("lock", 0),
        bass_gate=bass.percent("gate", 90),
        bass_turns=_patterns(bass, "turns", marks.DEGREES, needed=False),
        bass_learned=bass.percent("learned", 0),
        walking=bass.switch("walking"),
        comp_gate=harmony.percent("gate", 95),
        comp_turns=_comps(harmony, "turns", needed=False),
        comp_learned=harmony.percent("learned", 0),
        comp_player=harmony.word("player", ACCOMPANISTS, "band"),
        voicing=harmony.word("voicing", KINDS, "close"),
        spread=harmony.whole("spread", 0, _SPREAD, 0),
        motion=harmony.percent("motion", 0),
        push=harmony.percent("push", 0),
        lead_gate=lead.percent("gate", 96),
        pentatonic=lead.switch("pentatonic"),
        leaps=lead.percent("leaps", 15),
        lead_learned=lead.percent("learned", 60),
        whose=lead.word("whose", FAMILIES, "song"),
        chromatic=lead.switch("chromatic"),
        loose=feel.whole("loose", 0, _LOOSE, 1),
        lean=_lean(feel),
        ghosts=drums.percent("ghosts", 0),
        layers=_layers(sheet),
        percussion=_given({level: _grooves(percussion, level, needed=False) for level in LEVELS}),
        parts=_given({writer: _part(table, writer) for writer, table in more.items()}),
    )
    for table in (sheet, chords, drums, bass, harmony, lead, feel, form, percussion, *more.values()):
        table.close()
    return style


def _bpm(sheet: Sheet) -> tuple[int, int]:
    value = sheet.take("bpm")
    if isinstance(value, list) and len(value) == 2 and all(type(end) is int for end in value):
        low, high = value
        if MIN_BPM <= low <= high <= MAX_BPM:
            return low, high
    said = "is missing" if value is None else f"{shown(value)} is not a range of tempi"
    sheet.fault(
        "bpm", f"{said}; write two whole numbers of {MIN_BPM} to {MAX_BPM}, the lower first: bpm = [88, 128]"
    )
    return MIN_BPM, MAX_BPM


def _swing(sheet: Sheet) -> Fraction:
    """Where the second of two eighths falls."""
    text = sheet.text("swing", "1/2")
    first, _, second = text.partition("/")
    if all(part.isascii() and part.isdigit() and len(part) <= 3 for part in (first, second)) and int(second):
        swing = Fraction(int(first), int(second))
        if _SWUNG[0] <= swing <= _SWUNG[1]:
            return swing
    sheet.fault(
        "swing", f'{shown(text)} is not a fraction of 1/2 (straight) to 3/4; write for example "16/25"'
    )
    return _SWUNG[0]


def _meter(sheet: Sheet) -> Meter | None:
    text = sheet.text("meter", "")
    try:
        return Meter.parse(text) if text else None
    except UsageError as error:
        sheet.fault("meter", str(error).removeprefix("meter: "))
        return None


def _layers(sheet: Sheet) -> tuple[str, ...]:
    """The layers of a usual band."""
    texts = sheet.texts("layers", needed=False)
    try:
        if texts:
            parse_layers(texts, "layers")
    except UsageError as error:
        sheet.fault("layers", str(error).removeprefix("layers").removeprefix(": ").strip())
    return texts


def _given(found: Mapping[str, T]) -> dict[str, T]:
    """What is not empty."""
    return {key: value for key, value in found.items() if value}


def _part(sheet: Sheet, writer: str) -> dict[str, tuple[Comp, ...]]:
    """A further part's patterns, of those levels that have some."""
    manners = _GUITAR if writer == "guitar2" else _HOW
    return _given({level: _comps(sheet, level, manners, needed=False) for level in LEVELS})


def _timbres(sheet: Sheet) -> dict[str, str]:
    found = {layer: sheet.text(layer, "") for layer in (*LAYERS, *PARTS)}
    sheet.close()
    return {layer: timbre for layer, timbre in found.items() if timbre}


def _checked(
    sheet: Sheet, key: str, fault_of: Callable[[str], str | None], needed: bool = True
) -> tuple[str, ...]:
    """The good ones of a list of texts."""
    good: list[str] = []
    for text in sheet.texts(key, needed):
        fault = fault_of(text)
        if fault is None:
            good.append(text)
        else:
            sheet.fault(key, fault)
    return tuple(good)


def _patterns(sheet: Sheet, key: str, allowed: str, needed: bool = True) -> tuple[str, ...]:
    good = _checked(sheet, key, lambda text: marks.pattern_fault(text, allowed), needed)
    return tuple(map(marks.plain, good))


def _comps(sheet: Sheet, key: str, manners: tuple[str, ...] = _HOW, needed: bool = True) -> tuple[Comp, ...]:
    """Patterns, each after the word that says how chords are played; without one they are blocks."""
    good = _checked(
        sheet, key, lambda text: marks.pattern_fault(_manner(text, manners)[1], marks.CHORDS), needed
    )
    return tuple(
        Comp(marks.plain(pattern), how) for how, pattern in (_manner(text, manners) for text in good)
    )


def _manner(text: str, manners: tuple[str, ...]) -> tuple[str, str]:
    word, _, rest = text.strip().partition(" ")
    return (word, rest) if word in manners else (_HOW[0], text)


def _grooves(sheet: Sheet, level: str, needed: bool = True) -> tuple[Groove, ...]:
    value = sheet.take(level)
    if value is None and not needed:
        return ()
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_TEXTS:
        said = "is missing" if value is None else f"should be 1 to {MAX_TEXTS} grooves"
        sheet.fault(level, f"{said}; write [[{sheet.name(level)}]], and a line a drum below it")
        return ()
    return tuple(_groove(sheet, level, groove) for groove in value)


def _groove(sheet: Sheet, level: str, value: object) -> Groove:
    parts: dict[str, str] = {}
    if not isinstance(value, dict) or not value:
        sheet.fault(level, 'a groove has no drums; write lines as kick = "X... .... X... ...."')
        return Groove(parts)
    for piece, text in value.items():
        fault = _part_fault(piece, text)
        if fault is None:
            parts[piece] = marks.plain(text)
        else:
            sheet.fault(level, fault)
    return Groove(parts)


def _part_fault(piece: str, text: object) -> str | None:
    if piece not in DRUM_PIECES:
        return f"{piece[:40]!r} is not a drum; use {', '.join(DRUM_PIECES)}"
    if not isinstance(text, str):
        return f"{piece}: {shown(text)} is not a pattern; write a text of 16 marks"
    fault = marks.pattern_fault(text, marks.DRUMS)
    return None if fault is None else f"{piece}: {fault}"


def _lean(sheet: Sheet) -> dict[str, int]:
    """Ticks late by layer or drum."""
    table = sheet.table("lean")
    known = (*LAYERS, *DRUM_PIECES)
    found = {name: table.whole(name, -_LEAN, _LEAN, 0) for name in table.names() if name in known}
    for name in table.names():
        table.fault(name, f"is neither a layer nor a drum; use {', '.join(known)}")
    return found
