"""The lane as it fits the song of now: placed anew where melody or meter are others than it was placed by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from stemwright.errors import UsageError, few
from stemwright.song.lyric import Line, Lyrics
from stemwright.song.lyric_fit import BEATS, NOTES, SPLIT, UNFIT, Placed, Wish, fit
from stemwright.song.lyric_spots import melody_spots

if TYPE_CHECKING:
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Lane:
    """Lyrics that fit, and what to say of how they do. `anew`: they were placed anew to be so."""

    lyrics: Lyrics
    anew: bool
    remarks: tuple[str, ...]


def build(
    state: GlobalState, score: Score | None, wishes: Sequence[Wish], layer: str | None, language: str
) -> Lane:
    """A lane of new lines for a song, sung to the `score` of `layer`; a line's bars go to where the next line
    begins. UsageError for a line that does not fit.
    """
    placed = fit(state, score, wishes)
    lines: list[Line] = []
    firsts = [found.ticks[0] if found.ticks else 0 for found in placed]
    for number, (wish, found) in enumerate(zip(wishes, placed, strict=True)):
        if not found.ticks:
            raise _unfit(number, wish, state)
        bar = state.bar_of_tick(firsts[number])
        stop = min([wish.high, *firsts[number + 1 : number + 2]])
        bars = state.bar_of_tick(max(stop - 1, found.ticks[-1])) - bar + 1
        line = Line(bar, bars, wish.syllables, wish.stress, by_hand=bool(wish.ticks))
        lines.append(line.at(found.ticks, state))
    made = _fitted(Lyrics(tuple(lines), layer, language=language), lines, state, score)
    return Lane(made, True, tuple(_remarks(made, placed, state, score)))


def settle(lyrics: Lyrics, state: GlobalState, scores: Mapping[str, Score]) -> Lane:
    """The lyrics with the lines that have no ticks yet placed in their bars, among the others, which stay.
    UsageError for a line that does not fit.
    """
    score = scores.get(lyrics.layer) if lyrics.layer is not None else None
    wishes = [replace(_wish(line, state), ticks=line.placed(state)) for line in lyrics.lines]
    placed = fit(state, score, wishes)
    for number, (wish, found) in enumerate(zip(wishes, placed, strict=True)):
        if not found.ticks:
            raise _unfit(number, wish, state)
    lines = [line.at(found.ticks, state) for line, found in zip(lyrics.lines, placed, strict=True)]
    made = _fitted(lyrics, lines, state, score)
    return Lane(made, True, tuple(_remarks(made, placed, state, score)))


def _unfit(number: int, wish: Wish, state: GlobalState) -> UsageError:
    first, last = state.bar_of_tick(wish.low) + 1, state.bar_of_tick(max(wish.high - 1, wish.low)) + 1
    return UsageError(
        f"line {number + 1}, {_short(wish.syllables)!r}: its {len(wish.syllables)} syllables do not fit into "
        f"bars {first}-{last} beside the other lines; use fewer words there, or other bars"
    )


def _fitted(lyrics: Lyrics, lines: Sequence[Line], state: GlobalState, score: Score | None) -> Lyrics:
    """Lyrics with lines that were placed by a melody in the song's meters."""
    sha = score.sha256 if score is not None else None
    return replace(lyrics, lines=tuple(lines), score=sha, meter=state.meter_text)


def lane(lyrics: Lyrics, state: GlobalState, scores: Mapping[str, Score]) -> Lane:
    """The lyrics as they fit now. Lines that a person placed stay where they are; others keep their bars."""
    score = scores.get(lyrics.layer) if lyrics.layer is not None else None
    by = (score.sha256 if score is not None else None, state.meter_text)
    if by == (lyrics.score, lyrics.meter) and _fits(lyrics, state):
        return Lane(lyrics, False, tuple(_missing(lyrics, scores)))
    inside = [line for line in lyrics.lines if line.bar < state.bars]
    placed = fit(state, score, [_wish(line, state) for line in inside])
    lines = [line.at(found.ticks, state) for line, found in zip(inside, placed, strict=True)]
    lines += [replace(line, ticks=()) for line in lyrics.lines[len(inside) :]]
    placed += [Placed((), UNFIT)] * (len(lyrics.lines) - len(inside))
    made = _fitted(lyrics, lines, state, score)
    return Lane(made, True, (*_missing(lyrics, scores), *_remarks(made, placed, state, score)))


def _fits(lyrics: Lyrics, state: GlobalState) -> bool:
    """Whether every syllable lies in its line's bars, and after the one before."""
    for line in lyrics.lines:
        low, high = line.span(state)
        if not line.ticks or not all(low <= tick < high for tick in line.placed(state)):
            return False
    ticks = chain.from_iterable(line.placed(state) for line in lyrics.lines)
    return all(a < b for a, b in pairwise(ticks))


def _wish(line: Line, state: GlobalState) -> Wish:
    low, high = line.span(state)
    ticks = line.placed(state)
    stays = line.by_hand and bool(ticks) and ticks[-1] < high
    start = ticks[0] if ticks and ticks[0] < high else low
    return Wish(line.syllables, line.stress, low, high, start, ticks if stays else ())


def _missing(lyrics: Lyrics, scores: Mapping[str, Score]) -> list[str]:
    if lyrics.layer is None or lyrics.layer in scores:
        return []
    return [f"lyrics: {lyrics.layer} has no notes; the lines are on beats till it has"]


def _remarks(lyrics: Lyrics, placed: Sequence[Placed], state: GlobalState, score: Score | None) -> list[str]:
    said = []
    onsets = {spot.tick for spot in melody_spots(state, score)} if score is not None else set()
    for number, (line, found) in enumerate(zip(lyrics.lines, placed, strict=True), 1):
        count, where = len(line.syllables), bars_text(line)
        beside = sum(tick not in onsets for tick in found.ticks)
        told = ""
        if found.how == UNFIT:
            told = f"its {count} syllables do not fit into {where}; it stands nowhere"
        elif found.how == BEATS and score is not None:
            told = f"is on beats; {where} have too few notes for its {count} syllables"
        elif found.how == SPLIT:
            told = f"has {beside} syllable(s) more than notes, which are sung within notes"
        elif found.how == NOTES and line.by_hand and beside and score is not None:
            told = f"placed by hand, {beside} of {count} syllables begin on no note"
        if told:
            said.append(f"line {number}, {_short(line.syllables)!r}: {told}")
    return few(said, "more lines")


def _short(syllables: Sequence[str]) -> str:
    text = "".join(syllables)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def bars_text(line: Line) -> str:
    """The bars of a line, from 1: "bars 5-6"."""
    last = line.bar + line.bars
    return f"bar {last}" if line.bars == 1 else f"bars {line.bar + 1}-{last}"
