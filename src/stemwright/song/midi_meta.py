"""What MIDI's meta events say of a song: texts, tempo, meter, key; and how they are written."""

from __future__ import annotations

from fractions import Fraction

from stemwright.errors import UsageError
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.midi_text import decoded
from stemwright.song.pitch import name_at
from stemwright.song.state import bpm_text, parse_bpm, parse_style

TEXT, TITLE, LYRIC, MARKER, PORT = 0x01, 0x03, 0x05, 0x06, 0x21
TEMPO, METER, KEY, OWN = 0x51, 0x58, 0x59, 0x7F
OUR_TEXT = "stemwright:"
"""Text events that begin so keep what MIDI rounds or cannot say: "stemwright:bpm=97.3004"."""


def text_of(data: bytes) -> str:
    """The printable text of a meta event (its type byte first), at most 200 characters."""
    return decoded(data[1:])


def our_text(data: bytes) -> tuple[str, str]:
    """Word and value of one of our texts."""
    word, _, value = text_of(data)[len(OUR_TEXT) :].partition("=")
    return word, value


def style_of(ours: str) -> str:
    """The style that we noted, or "" where there is none."""
    try:
        return parse_style(ours)
    except UsageError:
        return ""


def tempo_of(bpm: Fraction) -> int:
    """Microseconds of a quarter note, as MIDI keeps them."""
    return round(Fraction(60_000_000) / bpm)


def bpm_of(micros: int, ours: str) -> Fraction:
    """The plainest decimal BPM with this tempo, of over 0; ours where it was noted and still fits."""
    try:
        if ours and tempo_of(parse_bpm(ours)) == micros:
            return parse_bpm(ours)
    except UsageError:
        pass
    exact = Fraction(60_000_000, micros)
    for decimals in range(7):
        bpm = Fraction(round(exact * 10**decimals), 10**decimals)
        if bpm and tempo_of(bpm) == micros:
            return bpm
    return Fraction(bpm_text(exact))


def meter_of(n: int, power: int, name: str) -> Meter:
    """The meter n / 2**power; 3/1 becomes 6/2 and 6/32 becomes 3/16."""
    if power == 0:
        n, power = 2 * n, 1
    while power > 4 and n % 2 == 0 and n:
        n, power = n // 2, power - 1
    try:
        return Meter(n, 2 ** min(power, 12))
    except UsageError as error:
        raise UsageError(f"{name}: {error.marked}") from None


def is_meter(n: int, power: int) -> bool:
    """Whether n / 2**power is a meter that a song can have."""
    try:
        meter_of(n, power, "")
    except UsageError:
        return False
    return True


def key_of(fifths: int, minor: int, ours: str) -> Key | None:
    """The key of a key signature; ours where it was noted and still fits; None where it is damaged."""
    if not -7 <= fifths <= 7 or minor not in (0, 1):
        return None
    try:
        noted = Key.parse(ours)
        if signature_of(noted) == (fifths, minor):
            return noted
    except UsageError:
        pass
    return Key(name_at(fifths + 3), "minor") if minor else Key(name_at(fifths), "major")


def signature_of(key: Key) -> tuple[int, int]:
    """(sharps -7..7, 1 for a minor third else 0): the key signature that MIDI keeps of a key."""
    fifths = key.fifths
    return fifths - 12 * (fifths > 7) + 12 * (fifths < -7), int(key.is_minor)
