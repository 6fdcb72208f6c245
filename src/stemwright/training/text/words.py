"""Words and glosses of sets that may be trained on: what the teacher knows of them, the encoder learns."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from stemwright.errors import StemwrightError

WORDNET, DESCRIBER = "wordnet_music.tsv", "song_describer_words.csv"
SOURCES = {
    WORDNET: "WordNet 3.0, Princeton University (WordNet 3.0 licence)",
    DESCRIBER: "Song Describer, words by Manco et al. (MIT)",
}
MAX_BYTES = 4 << 20


def foreign_texts(folder: Path) -> tuple[list[str], list[str]]:
    """Texts of the sets that are in a folder, and what credits them. StemwrightError for a damaged one."""
    texts: list[str] = []
    credits: list[str] = []
    for name, read in ((WORDNET, _wordnet), (DESCRIBER, _describer)):
        path = folder / name
        if not path.is_file():
            continue
        if path.stat().st_size > MAX_BYTES:
            raise StemwrightError(f"{path}: is larger than {MAX_BYTES} bytes; get it again")
        try:
            texts += read(path)
        except (ValueError, KeyError, csv.Error) as error:
            raise StemwrightError(f"{path}: cannot be read ({str(error)[:80]}); get it again") from None
        credits.append(SOURCES[name])
    return texts, credits


def foreign_adjectives(folder: Path) -> tuple[list[str], list[str]]:
    """WordNet's adjectives, and single words as people use them of music, of the sets that are in a folder;
    what credits them. StemwrightError for a damaged one.
    """
    _, credits = foreign_texts(folder)  # which checks them
    words = _describer(folder / DESCRIBER) if (folder / DESCRIBER).is_file() else []
    rows = _rows(folder / WORDNET) if (folder / WORDNET).is_file() else []
    words += [word for row in rows if row["pos"] == "adj" for word in row["words"].split(", ")]
    return sorted(set(words)), credits


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _wordnet(path: Path) -> list[str]:
    """Words with the beginning of their gloss, and words alone."""
    out = []
    for row in _rows(path):
        gloss = row["gloss"].split(";")[0][:120]
        out += [row["words"], f"{row['words']}: {gloss}"]
    return out


def _describer(path: Path) -> list[str]:
    """Words as people use them of music."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [word for row in rows for word in sorted(re.findall(r"'([^']+)'", row["mapped"] or ""))]
