"""`bars`, `section`, `extend`: bars inserted, deleted, repeated, moved; sections renamed and reordered.

Bars that stay keep their notes, tokens and sound; only new ones are written and performed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.compose.arranger import decide
from stemwright.editing.change import Change, change
from stemwright.editing.ground import all_carried, given_scores, plays, rewritten, with_scores
from stemwright.errors import UsageError, argument, shown
from stemwright.producer.bars import Span, parse_bars
from stemwright.producer.wanted import ARRANGER
from stemwright.producer.writers import writer_of
from stemwright.song import rebarred
from stemwright.song.gains import USUAL
from stemwright.song.lyric_bars import rebarred_lyrics
from stemwright.song.rebarred import Bars, rebarred_levels, rebarred_score, rebarred_state
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.song.document import Song
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

MOST = 999
"""Bars that come at once, as of a section."""


def insert_bars(
    path: Path,
    at: int,
    count: int,
    section: str | None = None,
    watch: Watch = unwatched,
    *,
    dry_run: bool = False,
) -> dict[str, Any]:
    """`count` new bars before bar `at` (from 1; one more than there are: the end), written and performed."""
    _count("count", count)

    def bars(state: GlobalState) -> Bars:
        return rebarred.inserted(state, at - 1, count, section)

    return _rebar(path, "bars", f"insert {count} at {at}", bars, watch, dry_run)


def extend(
    path: Path, count: int, section: str | None = None, watch: Watch = unwatched, *, dry_run: bool = False
) -> dict[str, Any]:
    """`count` new bars at the song's end. Its last bar is written anew where the arranger wrote it: it ends
    nothing any more.
    """
    _count("count", count)

    def bars(state: GlobalState) -> Bars:
        return rebarred.inserted(state, state.bars, count, section)

    what = f"by {count} bars" + (f", {section}" if section else "")
    return _rebar(path, "extend", what, bars, watch, dry_run, ends=False)


def delete_bars(path: Path, bars: str, watch: Watch = unwatched, *, dry_run: bool = False) -> dict[str, Any]:
    """The song without the bars "A-B"."""
    return _of_span(path, f"delete {bars}", bars, rebarred.deleted, watch, dry_run)


def repeat_bars(
    path: Path, bars: str, times: int = 1, watch: Watch = unwatched, *, dry_run: bool = False
) -> dict[str, Any]:
    """The bars "A-B" `times` more, after themselves."""
    _count("times", times)

    def again(state: GlobalState, span: range) -> Bars:
        return rebarred.repeated(state, span, times)

    return _of_span(
        path, f"repeat {bars}" + (f", {times} times" if times > 1 else ""), bars, again, watch, dry_run
    )


def move_bars(
    path: Path, bars: str, to: int, watch: Watch = unwatched, *, dry_run: bool = False
) -> dict[str, Any]:
    """The bars "A-B" before bar `to` of the song as it is (from 1; one more than there are: to its end)."""

    def there(state: GlobalState, span: range) -> Bars:
        return rebarred.moved(state, span, to - 1)

    return _of_span(path, f"move {bars} to {to}", bars, there, watch, dry_run)


def rename_section(path: Path, section: int, name: str, *, dry_run: bool = False) -> dict[str, Any]:
    """Section `section` (from 1) under another name."""

    def bars(state: GlobalState) -> Bars:
        return rebarred.renamed(state, _section(state, section), name)

    return _rebar(path, "section", f"rename {section} to {name}", bars, unwatched, dry_run)


def order_sections(
    path: Path, order: str, watch: Watch = unwatched, *, dry_run: bool = False
) -> dict[str, Any]:
    """The sections in another order, "1 3 2": each once."""
    try:
        numbers = [int(text) - 1 for text in order.replace(",", " ").split()]
    except ValueError:
        raise UsageError(
            f"order {shown(order)}: write the numbers of the sections, as '1 3 2'", "order"
        ) from None

    def bars(state: GlobalState) -> Bars:
        return rebarred.reordered(state, numbers)

    return _rebar(path, "section", f"order {order}", bars, watch, dry_run)


def _of_span(
    path: Path,
    what: str,
    bars: str,
    made: Callable[[GlobalState, range], Bars],
    watch: Watch,
    dry_run: bool,
) -> dict[str, Any]:
    def parsed(state: GlobalState) -> Bars:
        return made(state, parse_bars(bars, state).bars)

    return _rebar(path, "bars", what, parsed, watch, dry_run)


def _rebar(
    path: Path,
    command: str,
    what: str,
    bars: Callable[[GlobalState], Bars],
    watch: Watch,
    dry_run: bool,
    *,
    ends: bool = True,
) -> dict[str, Any]:
    """The change to other bars. `ends`: whether the song's last bar stays what it is."""

    def planned(folder: SongFolder, song: Song) -> Change:
        return _planned(folder, song, command, what, bars(song.state), ends)

    return change(path, planned, watch, dry_run=dry_run)


def _planned(folder: SongFolder, song: Song, command: str, what: str, bars: Bars, ends: bool) -> Change:
    state = rebarred_state(song.state, bars, lambda plain: decide(plain, song.seed))
    lyrics = None if song.lyrics is None else rebarred_lyrics(song.lyrics, bars.sources)
    after = replace(song, state=state, lyrics=lyrics)
    if bars.sources == tuple(range(song.state.bars)):
        return Change(command, what, after)
    given = {
        layer: rebarred_score(score, song.state, state, bars.sources)
        for layer, score in given_scores(folder, song).items()
    }
    after, objects = with_scores(_with_gains(after, bars), given)
    carried = all_carried(folder, song, state, bars.sources)
    anew = {
        layer: _anew(folder, song, layer, bars, ends) for layer in carried if bars.new and plays(song, layer)
    }
    tasks = tuple(
        rewritten(folder, after, layer, carried[layer].take, wanted) for layer, wanted in anew.items()
    )
    silent = [layer for layer in carried if bars.new and layer not in anew]
    return Change(
        command, what, after, objects, carried, tasks, frozenset(anew.keys() & given.keys()),
        remarks=(*(_silent(song, layer, bars) for layer in silent), *_unsung(song, after)),
    )  # fmt: skip


def _with_gains(song: Song, bars: Bars) -> Song:
    """The song whose layers are as loud in each bar as it was."""
    for layer, entry in song.layers.items():
        if entry.gains:
            gains = rebarred_levels(USUAL, entry.gains, bars.sources)
            song = song.with_layer(layer, replace(entry, gains=gains))
    return song


def _anew(folder: SongFolder, song: Song, layer: str, bars: Bars, ends: bool) -> list[int]:
    """The bars of a layer that are written: the new ones, and the last of before where it ended the song."""
    take = song.layers[layer].active
    assert take is not None
    last = song.state.bars - 1
    if ends or song.layers[layer].score_sha256 or writer_of(folder, take, layer).name != ARRANGER:
        return bars.new
    return [last, *bars.new]


def _silent(song: Song, layer: str, bars: Bars) -> str:
    """What to say of a layer that nobody here plays in new bars."""
    new = Span(bars.new[0] + 1, bars.new[-1] + 1)
    take = song.layers[layer].active
    return f"{layer}: is silent in bars {new}; it is played by {take.player if take else 'nobody'}"


def _unsung(before: Song, after: Song) -> list[str]:
    """What to say of lines that went with their bars."""
    had, have = (len(song.lyrics.lines) if song.lyrics else 0 for song in (before, after))
    return [f"lyrics: {had - have} of {had} lines went with their bars"] if have < had else []


def _section(state: GlobalState, number: int) -> int:
    if not 1 <= number <= len(state.sections):
        named = ", ".join(f"{at} {section.name}" for at, section in enumerate(state.sections, 1))
        raise UsageError(f"section {number}: is not in the song; it has {named[:200]}", field="section")
    return number - 1


def _count(name: str, count: int) -> None:
    if not 1 <= count <= MOST:
        raise UsageError(f"{argument(name)} {count}: give 1 to {MOST}")
