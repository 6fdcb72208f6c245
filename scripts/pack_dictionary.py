"""Packs the CMU Pronouncing Dictionary for stemwright.words: spellings, each with its first pronunciation.

Usage: python scripts/pack_dictionary.py cmudict.dict     (https://github.com/cmusphinx/cmudict)
Left out: further pronunciations, spellings with other signs than letters and apostrophes, possessives of
words that are there. The file is the same for the same dictionary.
"""

from __future__ import annotations

import lzma
import re
import sys
from pathlib import Path

from stemwright.words.phones import CODES
from stemwright.words.pronouncing import FILE

_SPELLING = re.compile(r"[a-z][a-z']*")


def packed(text: str) -> bytes:
    """The lines "spelling sounds", sorted, compressed."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        spelling, *sounds = line.partition("#")[0].split() or [""]
        if _SPELLING.fullmatch(spelling) and spelling not in found:
            found[spelling] = "".join(CODES[sound] for sound in sounds)
    plain = {word: said for word, said in found.items() if not (word[-2:] == "'s" and word[:-2] in found)}
    lines = "".join(f"{word} {plain[word]}\n" for word in sorted(plain))
    return lzma.compress(f"\n{lines}".encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


if __name__ == "__main__":
    FILE.write_bytes(packed(Path(sys.argv[1]).read_text(encoding="utf-8")))
