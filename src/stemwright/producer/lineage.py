"""Which run wrote each bar of a layer's notes, and so to which chords: where these have changed since, the
notes are out of date.

Runs tell it in `written` of a layer's details, as [first bar, last bar, run], bars counted from 1. Those that
do not (imports, and runs of older versions) wrote every bar.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from typing import TYPE_CHECKING

from stemwright.errors import StemwrightError
from stemwright.producer import details
from stemwright.producer.bars import Span
from stemwright.producer.details import ComposedScore, GeneratedTake, ImportedScore, Written
from stemwright.song import document
from stemwright.song.layers import is_drums
from stemwright.song.sealed import canonical_json, strict_json

if TYPE_CHECKING:
    from stemwright.song.document import LayerEntry, Song, Take
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

Origins = list[int]
"""Of each bar, the run that wrote it."""


def of_take(folder: SongFolder, layer: str, take: Take, bars: int) -> Origins:
    """Who wrote the bars of a take."""
    return _written(details.of_take(folder, layer, take), take.run, bars)


def of_score(folder: SongFolder, layer: str, sha: str, bars: int) -> Origins | None:
    """Who wrote the bars of a score that a layer was given: as the newest run says that made it."""
    for number in reversed(folder.runs.numbers()):
        record = folder.runs.read(number)
        told = details.of_layer(record, layer)
        if isinstance(told, GeneratedTake | ComposedScore | ImportedScore) and told.score == sha:
            return _written(told, number, bars)
    return None


def of_layer(folder: SongFolder, layer: str, entry: LayerEntry, bars: int) -> Origins | None:
    """Who wrote the bars of what stands of a layer; None where nothing does."""
    if entry.active is not None:
        return of_take(folder, layer, entry.active, bars)
    return of_score(folder, layer, entry.score_sha256, bars) if entry.score_sha256 else None


def with_bars(origins: Origins | None, new: Origins, bars: Collection[int]) -> Origins:
    """The origins once some bars (from 0) are new ones'."""
    if origins is None:
        return new
    return [new[bar] if bar in bars else run for bar, run in enumerate(origins)]


def to_json(origins: Origins) -> Written:
    """As runs tell it."""
    numbered = enumerate(origins, 1)
    groups = [(run, [bar for bar, _ in found]) for run, found in groupby(numbered, lambda item: item[1])]
    return tuple((found[0], found[-1], run) for run, found in groups)


def outdated(folder: SongFolder, song: Song) -> dict[str, list[Span]]:
    """Of each pitched layer the bars whose notes were written to other chords than stand there now."""
    found: dict[str, list[Span]] = {}
    states: dict[int, GlobalState] = {}
    now, known = song.state, _Known(song.state)
    for layer, entry in song.layers.items():
        origins, sha = of_layer(folder, layer, entry, song.state.bars), entry.score_in_use
        if is_drums(entry.role(layer)) or origins is None or sha is None:
            continue
        for run in set(origins) - states.keys():
            states[run] = known.after(folder, run)
        if all(states[run].chords in ((), now.chords) for run in set(origins)):
            continue
        played = {now.bar_of_tick(note.onset) for note in folder.score(sha, layer).notes}
        old = [
            bar
            for bar, run in enumerate(origins)
            if bar in played and states[run].chords and states[run].chords_of(bar) != now.chords_of(bar)
        ]
        if old:
            found[layer] = _spans(old)
    return found


def _written(told: object, run: int, bars: int) -> Origins:
    """Who wrote each bar, as the details of a run tell it; where they do not, the run did."""
    if not isinstance(told, GeneratedTake | ComposedScore) or told.written is None:
        return [run] * bars
    return [run for first, last, run in told.written for _ in range(first, last + 1)]


class _Known:
    """States that songs had, by what their documents say: most runs leave it as it was, and then it needs no
    reading.
    """

    def __init__(self, now: GlobalState) -> None:
        self._states = {canonical_json(now.to_json()): now}

    def after(self, folder: SongFolder, run: int) -> GlobalState:
        """The song's state once a run had happened."""
        data = folder.objects.get(folder.runs.read(run)["song"]["after"])
        try:
            said = canonical_json(strict_json(data)["state"])
        except (ValueError, KeyError, TypeError, RecursionError, StemwrightError):
            return document.loads(data, "song.json").state  # which says what is wrong
        if said not in self._states:
            self._states[said] = document.loads(data, "song.json").state
        return self._states[said]


def _spans(bars: list[int]) -> list[Span]:
    """Bars (from 0, ascending) as spans without gaps."""
    runs = groupby(enumerate(bars), lambda item: item[1] - item[0])
    groups = [[bar for _, bar in found] for _, found in runs]
    return [Span(found[0] + 1, found[-1] + 1) for found in groups]
