"""Roman-numeral analyses in RomanText: a chord at each place where it changes, and the local key.

Grammar: D. Tymoczko, M. Gotham, M. Cuthbert and C. Ariza, The RomanText format, ISMIR 2019. Sevenths are
the key's own there: IV7 is a major seventh. A beat of a compound meter is three of its units.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from stemwright.errors import UsageError
from stemwright.notation.sheet import Bar
from stemwright.song.harmony import QUALITIES, Chord, Key
from stemwright.song.meter import Meter
from stemwright.song.roman import parse_roman
from stemwright.song.score import Note

MAX_BYTES = 1_000_000
FITTING, MIN_SHARE = 0.75, 0.65
"""What an analysis should explain of the notes: right ones do 87% on average, ones four bars off 48%.

Below the first other bars are tried, below the second it is not believed.
"""
_BAR = re.compile(r"m([0-9]{1,5})[a-z]? (.*)", re.ASCII)
_BEAT = re.compile(r"b([0-9]{1,3}(?:\.[0-9]{1,6})?)", re.ASCII)
_KEY = re.compile(r"([A-Ga-g])(#{1,2}|b{1,2}|)(:)")
_MAJOR_SEVENTH = re.compile(r"(I|IV|III|VI)(\+?)(7|65|43|42|2)(?:/|$)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A chord from a place on: the bar's number as printed, the beat from 1, the key and the chord."""

    bar: str
    beat: Fraction
    key: Key
    chord: Chord


def read_romantext(path: Path) -> list[Entry]:
    """The chords of an analysis in order. UsageError for a file that cannot be read, or has no chords.

    A numeral that is not understood leaves the chord before it standing. A file that does not say where in
    the bar its chords are (AugmentedNet writes "bnan" then) is refused.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name}: cannot be read ({error})") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path.name}: is larger than {MAX_BYTES} bytes, not read")
    entries: list[Entry] = []
    key: Key | None = None
    for line in text.splitlines():
        found = _BAR.fullmatch(line.strip())
        if found is not None:
            key = _read_bar(found[1], found[2].split(), key, entries)
    if not entries or " bnan " in text:
        raise UsageError(f"{path.name}: has no chords at known places")
    return entries


def _read_bar(bar: str, words: list[str], key: Key | None, entries: list[Entry]) -> Key | None:
    """Adds the chords of a line to the entries; the key at its end."""
    beat = Fraction(1)
    for word in words:
        if found := _BEAT.fullmatch(word):
            beat = Fraction(found[1])
        elif named := _KEY.fullmatch(word):
            key = _key(named[1], named[2]) or key
        elif key is not None and (chord := numeral(word, key)) is not None:
            entries.append(Entry(bar, beat, key, chord))
    return key


def _key(letter: str, sign: str) -> Key | None:
    mode = "minor" if letter.islower() else "major"
    try:
        return Key(letter.upper() + sign, mode)
    except UsageError:
        return None


def numeral(text: str, key: Key) -> Chord | None:
    """The chord of a RomanText numeral in a key; None where it is not understood."""
    try:
        chord = parse_roman(text, key)
    except UsageError:
        return None
    found = _MAJOR_SEVENTH.match(text)
    if found is None or chord.quality not in ("7", "aug7"):
        return chord
    quality = "maj7#5" if chord.quality == "aug7" else "maj7"
    if chord.bass is not None and (chord.bass_pc - chord.root_pc) % 12 == 10:
        chord = replace(chord, bass=key.spell((chord.root_pc + 11) % 12))
    return Chord(chord.root, quality if quality in QUALITIES else "aug", chord.bass)


def beat_ticks(meter: Meter) -> int:
    """Ticks of what RomanText counts as a beat: three units in 6/8, 9/8 and the like, else one."""
    compound = meter.n % 3 == 0 and meter.n > 3
    return meter.ticks_per_beat * (3 if compound else 1)


def placed(entries: list[Entry], bars: list[Bar], shift: int = 0) -> list[tuple[int, Entry]]:
    """(tick, entry) on printed bars; entries of bars that are not there, or beyond their end, are left out.

    A bar that is too short at the start of the piece is the end of a whole one, and its beats count so.
    `shift`: bars by which the analysis counts otherwise than the print.
    """
    numbers: dict[str, int] = {}
    for place, bar in enumerate(bars):
        numbers.setdefault(bar.number, place)
    numbers.setdefault("0", -1)
    out = []
    for entry in entries:
        at = numbers.get(entry.bar, -2) + shift
        if not 0 <= at < len(bars):
            continue
        bar = bars[at]
        missing = max(0, bar.meter.ticks_per_bar - bar.length) if at == 0 else 0
        inside = round((entry.beat - 1) * beat_ticks(bar.meter)) - missing
        if inside < bar.length:
            out.append((bar.start + max(0, inside), entry))
    return sorted(out, key=lambda found: found[0])


def best_placed(entries: list[Entry], bars: list[Bar], notes: list[Note]) -> list[tuple[int, Entry]]:
    """The entries on the bars as they are numbered, or, where they do not fit the notes there, a bar later or
    earlier: prints and analyses do not agree how a pickup counts. UsageError where they fit nowhere.
    """
    found = placed(entries, bars)
    share = chord_share(found, notes)
    for shift in (1, -1) if share < FITTING else ():
        moved = placed(entries, bars, shift)
        if chord_share(moved, notes) > share:
            found, share = moved, chord_share(moved, notes)
    if share < MIN_SHARE:
        raise UsageError(f"the analysis fits {share:.0%} of the notes, at least {MIN_SHARE:.0%} should")
    return found


def chord_share(found: list[tuple[int, Entry]], notes: list[Note]) -> float:
    """The share of the notes' time that is of tones of the chord at their onset; 0..1."""
    ticks = [tick for tick, _ in found]
    tones = [frozenset(entry.chord.pitch_classes) for _, entry in found]
    inside = total = 0
    for n in notes:
        at = bisect_right(ticks, n.onset) - 1
        if at >= 0:
            total += n.duration
            inside += n.duration * (n.pitch % 12 in tones[at])
    return inside / total if total else 0.0
