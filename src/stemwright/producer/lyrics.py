"""`lyrics`: words given to a song, placed to a melody, corrected and taken out again."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError, argument
from stemwright.producer.clock import Clock
from stemwright.producer.details import ChangedLyrics
from stemwright.producer.record import Act, commit
from stemwright.producer.workspace import reading, writing
from stemwright.song.layers import kind_of
from stemwright.song.lyric import Line, Lyrics
from stemwright.song.lyric_fit import Wish
from stemwright.song.lyric_lane import Lane, build, lane, settle
from stemwright.song.lyric_lrc import is_lrc, read_lrc
from stemwright.song.lyric_sheet import beat_text, is_sheet, read_sheet
from stemwright.song.lyric_sung import kinds
from stemwright.song.lyric_text import Verse, cleaned, read_text
from stemwright.words.languages import KNOWN
from stemwright.words.syllables import Syllables, language_of_lines, syllables, unknown_scripts

if TYPE_CHECKING:
    from stemwright.song.document import Song
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

MELODY = "lead"
"""The kind of layer that words are sung to where none is named."""

_Change = Callable[["SongFolder", "Song"], "tuple[Lane | None, list[str], ChangedLyrics]"]


def show(path: Path) -> dict[str, Any]:
    """The lyrics as they fit the song of now; see `facts`. UsageError where it has none."""
    folder = reading(path)
    song = folder.load()
    found = fitting(folder, song)
    said = ["the melody is another one than they were placed to; shown as they fit it"] if found.anew else []
    return facts(found, song, None, [*said, *found.remarks])


def fitting(folder: SongFolder, song: Song) -> Lane:
    """A song's lyrics as they fit its melody of now. UsageError where it has none."""
    if song.lyrics is None:
        raise UsageError(
            f"{folder.path}: has no lyrics; give it some with: stemwright lyrics DIR FILE.txt, "
            "or DIR --write THEME"
        )
    return lane(song.lyrics, song.state, melodies(folder, song, song.lyrics.layer))


def give(
    path: Path, text: str, name: str, layer: str | None = None, language: str | None = None
) -> dict[str, Any]:
    """Give the song the lyrics in a text: plain, LRC, or a sheet as `lyric_sheet` writes it (its lines stay
    where it says). `layer`: the melody; None: the lead, or the one that a sheet's song has. `name`: of the
    file, for errors. UsageError for what is wrong in it or does not fit; nothing is changed then.
    """
    check_language(language)

    def change(folder: SongFolder, song: Song) -> tuple[Lane | None, list[str], ChangedLyrics]:
        if is_sheet(text):
            made, remarks = _from_sheet(folder, song, text, name, layer, language)
        else:
            made, remarks = _from_text(folder, song, text, name, layer, language)
        return made, remarks, told(made.lyrics, "file")

    return _changed(path, change)


def set_line(path: Path, number: int, text: str) -> dict[str, Any]:
    """Give line `number` (from 1) other words, in its bars; the others stay. Errors as of `give`."""

    def change(folder: SongFolder, song: Song) -> tuple[Lane | None, list[str], ChangedLyrics]:
        lyrics = fitting(folder, song).lyrics
        old = lyrics.line(number)
        words = " ".join(cleaned(text, argument("line"))).strip()
        found = syllables(words, lyrics.language)
        line = Line(old.bar, old.bars, found.parts, found.stress)
        lines = tuple(line if each is old else each for each in lyrics.lines)
        made = settle(replace(lyrics, lines=lines), song.state, melodies(folder, song, lyrics.layer))
        return made, [], told(made.lyrics, "line", line=number)

    return _changed(path, change)


def align(path: Path, layer: str) -> dict[str, Any]:
    """Place the lyrics to the melody of `layer`; lines that a person placed stay. Errors as of `give`."""

    def change(folder: SongFolder, song: Song) -> tuple[Lane | None, list[str], ChangedLyrics]:
        lyrics = replace(fitting(folder, song).lyrics, layer=melody_of(song, layer))
        made = lane(lyrics, song.state, melodies(folder, song, layer))
        return made, [], told(made.lyrics, "melody")

    return _changed(path, change)


def remove(path: Path) -> dict[str, Any]:
    """Take the lyrics out; the song's earlier documents keep them. UsageError where it has none."""

    def change(folder: SongFolder, song: Song) -> tuple[Lane | None, list[str], ChangedLyrics]:
        return None, [], told(fitting(folder, song).lyrics, "removed")

    return _changed(path, change)


def keep(path: Path, change: _Change) -> dict[str, Any]:
    """What `change` makes of the song's lyrics, recorded as a run; see `facts`."""
    return _changed(path, change)


def told(lyrics: Lyrics, how: str, **more: Any) -> ChangedLyrics:
    """What the run that made lyrics tells of them."""
    text = "\n".join(line.text for line in lyrics.lines)
    sha = hashlib.sha256(text.encode()).hexdigest()
    return ChangedLyrics(how, len(lyrics.lines), lyrics.layer, sha, **more)


def wishes_of(verses: Sequence[Verse], language: str) -> list[Wish]:
    """Lines of text in syllables, where they may be sung."""
    return [_wish(verse, syllables(verse.text, language)) for verse in verses]


def melody_of(song: Song, layer: str | None) -> str | None:
    """The layer that words are sung to: as asked for, else the lead, else none. UsageError for one that the
    song has not, and for drums.
    """
    if layer is None:
        leads = [name for name in song.layers if kind_of(song.role(name)) == MELODY]
        return MELODY if MELODY in leads else next(iter(leads), None)
    song.layer(layer)
    if kind_of(song.role(layer)) == "drums":
        raise UsageError(f"{argument('layer')} {layer}: drums have no melody; name a layer that has one")
    return layer


def melodies(folder: SongFolder, song: Song, layer: str | None) -> dict[str, Score]:
    """The notes of a layer by its name; {} where it has none yet."""
    sha = song.layers[layer].score_in_use if layer in song.layers else None
    return {} if layer is None or sha is None else {layer: folder.score(sha, layer)}


def check_language(language: str | None) -> None:
    """UsageError for a language that is not known by its two letters."""
    if language is not None and language not in KNOWN:
        raise UsageError(f"{argument('language')} {language[:20]!r}: is not known; use {', '.join(KNOWN)}")


def facts(found: Lane, song: Song, run: int | None, remarks: Sequence[str]) -> dict[str, Any]:
    """Lyrics in plain values: `run`, `layer`, `language`, `lines` with their section, bars, text and
    syllables, and `remarks`.
    """
    lyrics, state = found.lyrics, song.state
    return {
        "run": run,
        "layer": lyrics.layer,
        "language": lyrics.language,
        "lines": [_line_facts(number, line, state) for number, line in enumerate(lyrics.lines, 1)],
        "remarks": list(remarks),
    }


def _line_facts(number: int, line: Line, state: GlobalState) -> dict[str, Any]:
    inside = line.bar < state.bars
    places = zip(line.placed(state), line.syllables, kinds(line), line.stress, strict=False) if inside else ()
    return {
        "line": number,
        "section": state.section_of_bar(line.bar)[1].name if inside else None,
        "bar": line.bar + 1,
        "bars": line.bars,
        "text": line.text,
        "by_hand": line.by_hand,
        "syllables": [
            {
                "text": text.strip(),
                "kind": kind,
                "stress": int(stress),
                "tick": tick,
                "bar": state.bar_of_tick(tick) + 1,
                "beat": float(beat_text(state, tick)),
                "seconds": round(float(state.timebase.tick_frame(tick)) / 75, 3),
            }
            for tick, text, kind, stress in places
        ],
    }


def _changed(path: Path, change: _Change) -> dict[str, Any]:
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        made, remarks, details = change(folder, song)
        after = replace(song, lyrics=None if made is None else made.lyrics)
        number = None
        if after != song:
            number = commit(folder, after, Act("lyrics", [], details=details), clock)["run"]
    if made is None:
        return {"run": number, "layer": None, "language": "", "lines": [], "remarks": []}
    return facts(made, after, number, [*remarks, *made.remarks])


def _from_text(
    folder: SongFolder, song: Song, text: str, name: str, layer: str | None, language: str | None
) -> tuple[Lane, list[str]]:
    remarks: list[str] = []
    if is_lrc(text, name):
        verses = read_lrc(text, song.state, name)
    else:
        verses, remarks = read_text(text, song.state, name)
    lines = [verse.text for verse in verses]
    if scripts := unknown_scripts(lines):
        remarks.append(
            f"words in {', '.join(script.capitalize() for script in scripts)}: a note for each word"
        )
    known = language_of_lines(lines) if language is None else language
    melody = melody_of(song, layer)
    score = melodies(folder, song, melody).get(melody or "")
    try:
        return build(song.state, score, wishes_of(verses, known), melody, known), remarks
    except UsageError as error:
        raise UsageError(f"{name}: {error.marked}") from None


def _from_sheet(
    folder: SongFolder, song: Song, text: str, name: str, layer: str | None, language: str | None
) -> tuple[Lane, list[str]]:
    rows = read_sheet(text, song.state, name)
    before = fitting(folder, song).lyrics if song.lyrics is not None else None
    stands = set(before.lines) if before is not None else set()
    known = language or (before.language if before else language_of_lines("".join(r.syllables) for r in rows))
    lines: list[Line] = []
    for row in rows:
        found = syllables("".join(row.syllables), known)
        if not row.ticks:
            lines.append(Line(row.bar, row.bars, found.parts, found.stress))
            continue
        digits = found.stress if len(found.parts) == len(row.syllables) else "1" * len(row.syllables)
        line = Line(row.bar, row.bars, row.syllables, digits).at(row.ticks, song.state)
        lines.append(line if line in stands else replace(line, by_hand=True))
    melody = melody_of(song, layer if layer or before is None else before.layer)
    try:
        head = Lyrics(tuple(lines), melody, language=known)
        return settle(head, song.state, melodies(folder, song, melody)), []
    except UsageError as error:
        raise UsageError(f"{name}: {error.marked}") from None


def _wish(verse: Verse, found: Syllables) -> Wish:
    return Wish(
        found.parts, found.stress, verse.low, verse.high, verse.start, _told_ticks(verse, found.parts)
    )


def _told_ticks(verse: Verse, parts: Sequence[str]) -> tuple[int, ...]:
    """Where a file with times of words has the syllables; those of a word evenly till the next word. () where
    it does not say, or there is no room.
    """
    if not verse.words:
        return ()
    marks: dict[int, int] = {0: verse.start}
    at = 0
    for number, part in enumerate(parts):
        inside = [tick for sign, tick in verse.words if at <= sign < at + len(part)]
        if inside:
            marks[number] = inside[0]
        at += len(part)
    edges: Mapping[int, int] = {**marks, len(parts): max(verse.high, max(marks.values()) + 1)}
    known = sorted(edges)
    ticks: list[int] = []
    for first, stop in itertools.pairwise(known):
        step = (edges[stop] - edges[first]) // (stop - first)
        ticks += [edges[first] + number * min(step, 48) for number in range(stop - first)]
    rising = all(a < b for a, b in itertools.pairwise(ticks))
    return tuple(ticks) if rising and ticks[-1] < verse.high else ()
