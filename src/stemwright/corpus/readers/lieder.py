"""OpenScore's Lieder as songs: the voice is the lead, the piano is bass and harmony.

The bass is the lowest voice of the piano's left hand: a note under which nothing else begins or sounds in
its beat. All other notes of the piano are the harmony, so no note is in both. Chords are those of the
analysis beside a song, where there is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from stemwright.compose.analysis import find_key, profile
from stemwright.compose.feel import one_voice
from stemwright.corpus.readers.fitting import playable_bpm
from stemwright.corpus.readers.form import form_of
from stemwright.corpus.readers.printed import MIN_NOTES, accented, cut, stretches
from stemwright.corpus.readers.romantext import best_placed, read_romantext
from stemwright.corpus.readers.voices import lowest_of_beats
from stemwright.corpus.song import CorpusSong
from stemwright.errors import UsageError
from stemwright.notation.keys import keys_of, likelier
from stemwright.notation.musicxml import read_musicxml
from stemwright.notation.sheet import Bar, Part, Sheet
from stemwright.notation.unfold import chords_per_beat, unfold
from stemwright.song.harmony import Key
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

ANALYSIS = "analysis_automatic.rntxt"
"""The name of the analysis beside a song."""
DEFAULT_BPM = Fraction(80)
"""Where a song has no tempo: about the middle of those that have one."""


def lied(path: Path, composers: tuple[str, ...]) -> Iterator[CorpusSong]:
    """The songs of a file: one for each stretch of one meter that is long enough. UsageError where it cannot
    be read.
    """
    sheet = read_musicxml(path)
    keys = _analysed(sheet, path)
    played = unfold(sheet)
    piano = next((part for part in reversed(played.parts) if part.staves >= 2), None)
    voice = next((part for part in played.parts if part is not piano and part.notes), None)
    for number, bars in enumerate(stretches(played), 1):
        name = "/".join(path.parts[-3:-1]) + (f"#{number}" if number > 1 else "")
        scores = _layers(voice, piano, bars)
        if not scores:
            continue
        meter = bars[0].meter
        chords = chords_per_beat(played.chords, bars) if keys else ()
        given = any(chords)
        bpm = playable_bpm(sheet.bpm) if sheet.bpm else DEFAULT_BPM
        key = _key(scores, bars, keys)
        sections = form_of(scores, meter, bars)
        state = GlobalState(bpm, meter, key, sections, chords if given else (), style="classical")
        yield CorpusSong(
            state,
            scores,
            source="lieder",
            name=name,
            composers=composers,
            chords="given" if given else "none",
        )


def _analysed(sheet: Sheet, path: Path) -> Counter[Key]:
    """Puts the chords of the analysis into the sheet; how many ticks each of its keys lasts (none: empty)."""
    try:
        notes = [note for part in sheet.parts for note in part.sounding]
        found = read_romantext(path.parent / ANALYSIS)
        entries = best_placed(found, sheet.bars, notes)
    except UsageError:
        return Counter()
    sheet.chords = [(tick, entry.chord) for tick, entry in entries]
    ends = [tick for tick, _ in entries[1:]] + [sum(bar.length for bar in sheet.bars)]
    lasting: Counter[Key] = Counter()
    for (tick, entry), end in zip(entries, ends, strict=True):
        lasting[entry.key] += end - tick
    return lasting


def _key(scores: dict[str, Score], bars: list[Bar], analysed: Counter[Key]) -> Key:
    """The major or the minor key of the signature: the one in which more of the analysis is, or else the one
    that the notes fit better.
    """
    both = keys_of(bars)
    if both is None:
        return find_key(profile(scores))
    longer = max(both, key=lambda key: analysed[key])
    return longer if analysed[longer] else likelier(both, profile(scores).tolist())


def _layers(voice: Part | None, piano: Part | None, bars: list[Bar]) -> dict[str, Score]:
    meter = bars[0].meter
    found: dict[str, Score] = {}
    if piano is not None:
        low, rest = hands(piano, meter.ticks_per_beat)
        found["bass"] = one_voice(cut(low, bars, "bass"))
        found["harmony"] = cut(rest, bars, "harmony")
    if voice is not None:
        found["lead"] = one_voice(cut(voice.sounding, bars, "lead"))
    return {
        layer: accented(score, meter.ticks_per_bar, meter.ticks_per_beat)
        for layer, score in found.items()
        if len(score.notes) >= MIN_NOTES
    }


def hands(piano: Part, ticks_per_beat: int) -> tuple[list[Note], list[Note]]:
    """(bass, everything else) of a piano part."""
    bass = lowest_of_beats(piano.on_staff(piano.staves), ticks_per_beat)
    chosen = set(bass)
    return bass, [n for n in piano.sounding if n not in chosen]
