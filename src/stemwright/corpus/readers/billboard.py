"""Charts of McGill Billboard: one text a song, chords bar by bar with sections (Burgoyne et al., ISMIR 2011).

Lines are a time, a tab, labels with commas between, then bars between `|`. Bars of other meters than the
song's ("(2/4)") count as bars. What a bar's chords mean: one, two or four share it; "." is the one before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from stemwright.compose.degrees import HOLD, NONE, spread, token
from stemwright.corpus.charted import Charted, Part, all_bars, joined, mode_of, named
from stemwright.corpus.readers.artists import family_of
from stemwright.errors import UsageError
from stemwright.song.pitch import is_note_name, pitch_class
from stemwright.song.qualities import parse_quality
from stemwright.song.tempo import MAX_BPM, MIN_BPM

_TIMES = re.compile(r"x(\d{1,2})")
_METER = re.compile(r"\(\d+/\d+\)")
_CHORD = re.compile(r"([A-G](?:#{1,2}|b{1,2})?):([a-z0-9]*)(?:\(([^)]*)\))?(?:/.*)?")
_HEADS = {
    "maj": "", "min": "m", "1": "5", "5": "5", "hdim7": "m7b5", "minmaj7": "mmaj7", "maj6": "6", "min6": "m6",
    "min7": "m7", "min9": "m9", "min11": "m11", "min13": "m13", "maj11": "maj9", "hdim": "m7b5",
}  # fmt: skip
_WITH = {
    ("", "9"): "add9", ("m", "9"): "madd9", ("6", "9"): "69", ("m6", "9"): "m69", ("sus4", "b7"): "7sus4",
    ("sus4", "b7,9"): "9sus4", ("sus4", "b7,9,13"): "13sus4", ("sus2", "b7"): "7sus2", ("aug", "b7"): "aug7",
    ("", "11"): "add11", ("m", "11"): "madd11",
}  # fmt: skip


def billboard(path: Path) -> Charted:
    """The chart of one file. UsageError names the file and the line that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as a chart ({error}); get the set again") from None
    facts = dict(reversed(re.findall(r"^# (\w+): (.*)$", text, re.MULTILINE)))  # the first of each counts
    missing = next((name for name in ("title", "artist", "metre", "tonic") if name not in facts), None)
    if missing is not None or not is_note_name(facts["tonic"].strip()):
        said = f"has no line '# {missing}: ...'" if missing else f"tonic {facts['tonic'][:20]!r} is no note"
        raise UsageError(f"{path}: {said}; this is no chart of the McGill Billboard set")
    found = _parts(path, text, facts)
    if not found:
        raise UsageError(f"{path}: has no bars; this is no chart of the McGill Billboard set")
    return Charted(
        "billboard",
        facts["title"],
        family_of(facts["artist"]),
        mode_of(all_bars(found)),
        facts["metre"].strip(),
        _bpm(text, facts["metre"]),
        found,
    )


def _parts(path: Path, text: str, facts: Mapping[str, str]) -> tuple[Part, ...]:
    tonic = pitch_class(facts["tonic"].strip())
    found: list[Part] = []
    before = NONE
    silent = False
    for number, line in enumerate(text.splitlines(), 1):
        moment, tab, rest = line.partition("\t")
        if re.match(r"# tonic: \S+$", line) and is_note_name(line.split()[-1]):
            tonic = pitch_class(line.split()[-1])
        if not tab or not re.fullmatch(r"\d+(\.\d+)?", moment):
            continue
        labels, _, _ = rest.partition("|")
        words = [word.strip() for word in labels.split(",") if word.strip()]
        fresh = [named(word) for word in words if not re.fullmatch(r"[A-Z]'*", word) and "(" not in word]
        if words and words[0][:1].isalpha():
            silent = words[0] == "Z" or None in fresh
        try:
            bars, before = _bars(rest, tonic, before)
        except ValueError as error:
            raise UsageError(f"{path}: line {number}: {error}; get the set again") from None
        if silent or not bars:
            continue
        name = next((word for word in fresh if word), "")
        if not found or any(re.fullmatch(r"[A-Z]'*", word) for word in words) or name:
            found.append(Part(name, len(bars), tuple(bars)))
        else:
            last = found.pop()
            found.append(Part(last.name, last.bars + len(bars), (*last.chords, *bars)))
    return joined(found)


def _bars(rest: str, tonic: int, before: str) -> tuple[list[str], str]:
    """The bars of a line, and the last chord; repeats ("x4") played."""
    first, last = rest.find("|"), rest.rfind("|")
    if first < 0 or first == last:
        return [], before
    out = []
    for bar in rest[first + 1 : last].split("|"):
        chords: list[str] = []
        for word in _METER.sub(" ", bar).split():
            chords.append(HOLD if word in (HOLD, "*") or word.startswith("&") else _chord(word, tonic))
        if not chords or chords[0] == HOLD:
            chords = [before, *chords[1:]]
        out.append(spread(chords))
        before = next(chord for chord in reversed(chords) if chord != HOLD)
    times = _TIMES.search(rest[last:])
    return out * (int(times[1]) if times else 1), before


def _chord(word: str, tonic: int) -> str:
    if word in ("N", "X"):
        return NONE
    found = _CHORD.fullmatch(word)
    if found is None:
        raise ValueError(f"{word[:30]!r} is not a chord")
    root, head, more = found.groups()
    quality = _HEADS.get(head, head)
    if more:
        richer = _WITH.get((quality, more)) or parse_quality(f"{quality}({more})")
        quality = richer if richer is not None else quality
    known = parse_quality(quality)
    return token(pitch_class(root) - tonic, "" if known is None else known)


def _bpm(text: str, metre: str) -> int:
    """Quarter notes a minute: the middle of those of lines, by their times and bars; 0 where none tells."""
    beats, _, unit = metre.strip().partition("/")
    if not (beats.isdigit() and unit.isdigit() and int(unit)):
        return 0
    lines = [line.split("\t") for line in text.splitlines() if re.match(r"\d+(\.\d+)?\t", line)]
    found = []
    for (start, said), (end, _) in pairwise(lines):
        bars = max(0, said.count("|") - 1)
        seconds = float(end) - float(start)
        if (
            bars >= 2
            and seconds > 0
            and "x" not in said[said.rfind("|") :]
            and "(" not in said[: said.rfind("|")]
        ):
            found.append(60 * bars * int(beats) * 4 / int(unit) / seconds)
    middle = round(sorted(found)[len(found) // 2]) if found else 0
    return middle if MIN_BPM <= middle <= MAX_BPM else 0
