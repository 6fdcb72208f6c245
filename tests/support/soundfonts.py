"""Tiny SFZ and SF2 files, made of sine waves."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import soundfile

RATE = 24000


def sine(frequency: float, seconds: float = 1.0, level: float = 0.5) -> np.ndarray:
    """A decaying sine at 24 kHz."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * frequency * time) * np.exp(-time) * level).astype(np.float32)


def write_sfz(folder: Path, text: str | None = None) -> Path:
    """`tiny.sfz`: one sine of 440 Hz for keys 48 to 84, or `text` beside the same `tone.wav`."""
    folder.mkdir(parents=True, exist_ok=True)
    soundfile.write(str(folder / "tone.wav"), sine(440.0), RATE)
    path = folder / "tiny.sfz"
    default = "<region> sample=tone.wav pitch_keycenter=69 lokey=48 hikey=84 ampeg_release=0.2\n"
    path.write_text(default if text is None else text)
    return path


def _chunk(name: str, data: bytes) -> bytes:
    return name.encode() + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _list(kind: str, *chunks: bytes) -> bytes:
    return _chunk("LIST", kind.encode() + b"".join(chunks))


def sf2_bytes(gens: dict[int, int] | None = None) -> bytes:
    """A soundfont of a melodic preset "Sine" (0:0, keys 40 to 90) and a kit (128:0, key 36 and up).

    `gens`: generators added to the melodic instrument's zone.
    """
    tone, hit = sine(440.0), sine(110.0, 0.3)
    pcm = np.concatenate([tone, np.zeros(46), hit, np.zeros(46)])
    smpl = np.round(pcm * 32767).astype("<i2").tobytes()
    first, second = len(tone), len(tone) + 46
    shdr = b"".join(
        struct.pack("<20sIIIIIBbHH", name, start, end, start + 240, max(end, 240) - 240, RATE, pitch, 0, 0, 1)
        for name, start, end, pitch in (
            (b"tone", 0, first, 69),
            (b"hit", second, second + len(hit), 45),
            (b"EOS", 0, 0, 0),
        )
    )
    zone = {43: 90 << 8 | 40, **(gens or {}), 53: 0}
    kit = {43: 60 << 8 | 36, 53: 1}
    igen = b"".join(
        struct.pack("<HH", oper, value & 0xFFFF) for part in (zone, kit) for oper, value in part.items()
    )
    tables = {
        "phdr": b"".join(
            struct.pack("<20sHHHIII", name, program, bank, bag, 0, 0, 0)
            for name, program, bank, bag in ((b"Sine", 0, 0, 0), (b"Kit", 0, 128, 1), (b"EOP", 0, 0, 2))
        ),
        "pbag": struct.pack("<6H", 0, 0, 1, 0, 2, 0),
        "pmod": b"\0" * 10,
        "pgen": struct.pack("<6H", 41, 0, 41, 1, 0, 0),
        "inst": b"".join(struct.pack("<20sH", n, bag) for n, bag in ((b"sine", 0), (b"kit", 1), (b"EOI", 2))),
        "ibag": struct.pack("<6H", 0, 0, len(zone), 0, len(zone) + len(kit), 0),
        "imod": b"\0" * 10,
        "igen": igen + b"\0" * 4,
        "shdr": shdr,
    }
    body = b"sfbk" + _list("INFO", _chunk("ifil", struct.pack("<HH", 2, 1)))
    body += _list("sdta", _chunk("smpl", smpl))
    body += _list("pdta", *(_chunk(name, data) for name, data in tables.items()))
    return b"RIFF" + struct.pack("<I", len(body)) + body


def write_sf2(path: Path, gens: dict[int, int] | None = None) -> Path:
    """The soundfont of `sf2_bytes` as a file."""
    path.write_bytes(sf2_bytes(gens))
    return path
