"""Chord symbols in a MIDI file, for which the standard has no event of its own.

Two ways are in use, and both are written on a track named "chords": the symbol as a text event, which
sequencers show and keep, and Yamaha's XF chord event (FF 7F 43 7B 01, then root, type, bass and its type),
which notation programs and arranger keyboards read as chords. XF has 35 types, so of larger chords it keeps
the nearest; read again, the text wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stemwright.errors import UsageError
from stemwright.song.harmony import QUALITIES, Chord, chord_text, parse_chord
from stemwright.song.midi_events import META
from stemwright.song.midi_file import RawFile
from stemwright.song.midi_meta import OWN, TEXT, TITLE, text_of

CHORD_TRACK = "chords"
_XF = b"\x43\x7b\x01"
_LETTERS = "CDEFGAB"
_SIGNS = {"bb": 1, "b": 2, "": 3, "#": 4, "##": 5}
_NO_BASS = 127
_CANCEL = 34
_TYPES = (
    "", "6", "maj7", "maj7#11", "add9", "maj9", "69", "aug", "m", "m6", "m7", "m7b5", "madd9", "m9", "m11",
    "mmaj7", "mmaj9", "dim", "dim7", "7", "7sus4", "7b5", "9", "7#11", "13", "7b9", "7b13", "7#9", "maj7#5",
    "aug7", None, "5", "sus4", "sus2",
)  # fmt: skip
"""Quality of each XF chord type; None for the one (root and octave) that no quality has."""

Chords = list[tuple[int, Chord | None]]
"""(tick, chord) wherever a chord begins."""


def chord_events(chord: Chord | None) -> tuple[bytes, bytes]:
    """Data (type byte first) of the two meta events of a chord: its text, and its XF form."""
    return bytes((TEXT,)) + chord_text(chord).encode("ascii"), bytes((OWN,)) + _XF + _xf(chord)


def _xf(chord: Chord | None) -> bytes:
    if chord is None:
        return bytes((_SIGNS[""] << 4 | 1, _CANCEL, _NO_BASS, _NO_BASS))
    bass = _note(chord.bass) if chord.bass else _NO_BASS
    return bytes((_note(chord.root), _type(chord.quality), bass, _NO_BASS))


def _note(name: str) -> int:
    return _SIGNS[name[1:]] << 4 | _LETTERS.index(name[0]) + 1


def _type(quality: str) -> int:
    """The XF type with most of a quality's tones; of those as near, the one with fewest others."""
    tones = frozenset(QUALITIES[quality])
    known = [(number, frozenset(QUALITIES[name])) for number, name in enumerate(_TYPES) if name is not None]
    return max(known, key=lambda item: (len(item[1] & tones) / len(item[1] | tones), -item[0]))[0]


def read_chords(raw: RawFile) -> Chords:
    """(tick of the file, chord) of the first track that holds chords; [] where none does.

    A track named "chords" whose texts all are chord symbols goes before XF events of any track.
    """
    for track in raw.tracks:
        texts = [(tick, data) for tick, status, data in track.events if status == META]
        title = next((text_of(data) for _, data in texts if data[0] == TITLE), "")
        if title.lower() == CHORD_TRACK:
            chords = _parsed((tick, text_of(data)) for tick, data in texts if data[0] == TEXT)
            if chords:
                return chords
    return list(_xf_chords(raw))


def _parsed(texts: Iterable[tuple[int, str]]) -> Chords:
    try:
        return [(tick, parse_chord(text)) for tick, text in texts]
    except UsageError:
        return []


def _xf_chords(raw: RawFile) -> Iterator[tuple[int, Chord | None]]:
    """The XF chords of all tracks that are understood."""
    for tick, status, data in (event for track in raw.tracks for event in track.events):
        if status != META or data[0] != OWN or data[1:4] != _XF or len(data) < 7:
            continue
        root, kind, bass = data[4:7]
        quality = _TYPES[kind] if kind < len(_TYPES) else None
        name = _name(root)
        if kind == _CANCEL:
            yield tick, None
        elif quality is not None and name is not None:
            yield tick, Chord(name, quality, None if bass == root else _name(bass))


def _name(code: int) -> str | None:
    sign = next((name for name, number in _SIGNS.items() if number == code >> 4), None)
    return _LETTERS[(code & 15) - 1] + sign if sign is not None and 1 <= code & 15 <= 7 else None
