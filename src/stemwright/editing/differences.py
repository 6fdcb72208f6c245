"""`diff`: what is not the same in two songs, or in two states of one: what all layers share, chords and notes
by bar, takes, tokens by bar, places in the mix.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.editing import lyric_changes, note_changes
from stemwright.editing.aligning import align
from stemwright.editing.sides import sides
from stemwright.song.entry import entry_to_json
from stemwright.song.progression import progression_text
from stemwright.work.progress import unwatched

if TYPE_CHECKING:
    from stemwright.editing.aligning import Content, Pairs
    from stemwright.editing.lyric_changes import LyricChange
    from stemwright.editing.note_changes import Bars, NoteChanges
    from stemwright.editing.sides import Side
    from stemwright.editing.token_changes import TokenChanges
    from stemwright.song.document import LayerEntry, Song
    from stemwright.song.state import GlobalState
    from stemwright.work.progress import Watch

NEW, GONE, RENAMED, SAME = "new", "gone", "renamed", "same"
_SETTINGS = ("kind", "timbre", "take", "gain_db", "pan", "mute", "solo")
_FACTS = ("title", "seed", "variation")
_APART = {"state", "layers", "lyrics", *_FACTS}

Change = tuple[Any, Any]
"""A value before and after."""


@dataclass(frozen=True, slots=True)
class LayerDifference:
    """A layer beside another: their names, None where it is new or gone; what was set otherwise; its notes
    for each of the pairs of bars; its tokens, None where they are the same or a side has none. `sound`: that
    it sounds otherwise; `levels`: before and after, where they were asked for.
    """

    before: str | None
    after: str | None
    settings: dict[str, Change]
    notes: tuple[NoteChanges, ...]
    tokens: TokenChanges | None
    sound: bool
    levels: tuple[dict[str, Any] | None, dict[str, Any] | None] | None = None

    @property
    def name(self) -> str:
        """What it is called now; if it is gone, what it was called."""
        return self.after or self.before or ""

    @property
    def how(self) -> str:
        """`NEW`, `GONE`, `RENAMED` or `SAME`."""
        if self.before is None:
            return NEW
        if self.after is None:
            return GONE
        return SAME if self.before == self.after else RENAMED

    def __bool__(self) -> bool:
        return self.how != SAME or bool(self.settings) or any(self.notes) or self.sound


@dataclass(frozen=True, slots=True)
class Differences:
    """All that is not the same in `before` and `after`. `pairs`: which bar is which, from 0; `chords`: what
    is written otherwise, by the index of the pair. `lyrics`: the lines that differ.
    """

    before: Side
    after: Side
    pairs: Pairs
    state: dict[str, Change]
    chords: dict[int, tuple[str | None, str | None]]
    layers: tuple[LayerDifference, ...]
    lyrics: tuple[LyricChange, ...] = ()

    def __bool__(self) -> bool:
        moved = self.inserted or self.deleted
        return bool(self.state or self.chords or self.lyrics or any(self.layers) or moved)

    def to_json(self) -> dict[str, Any]:
        """Plain values, bars counted from 1: what `diff --json` prints."""
        return {
            "before": self.before.name,
            "after": self.after.name,
            "same": not self,
            "state": {name: list(change) for name, change in self.state.items()},
            "bars": {"before": self.before.song.state.bars, "after": self.after.song.state.bars},
            "inserted": [bar + 1 for bar in self.inserted],
            "deleted": [bar + 1 for bar in self.deleted],
            "chords": [{**self._bars(pair), "chords": list(both)} for pair, both in self.chords.items()],
            "layers": [self._layer(layer) for layer in self.layers if layer],
            "lyrics": [line.to_json() for line in self.lyrics],
        }

    @property
    def inserted(self) -> list[int]:
        """Bars (from 0) of `after` that `before` has not."""
        return [after for before, after in self.pairs if before is None and after is not None]

    @property
    def deleted(self) -> list[int]:
        """Bars (from 0) of `before` that `after` has not."""
        return [before for before, after in self.pairs if after is None and before is not None]

    def chord_text(self, pair: int) -> str:
        """The chords of a pair of bars as they are now, or were in a bar that is gone."""
        before, after = self.pairs[pair]
        text = (
            _bar_text(self.before.song.state, before)
            if after is None
            else _bar_text(self.after.song.state, after)
        )
        return text or ""

    def _bars(self, pair: int) -> dict[str, int | None]:
        before, after = (None if bar is None else bar + 1 for bar in self.pairs[pair])
        return {"before": before, "after": after}

    def _layer(self, layer: LayerDifference) -> dict[str, Any]:
        found = [{**self._bars(pair), **each.to_json()} for pair, each in enumerate(layer.notes) if each]
        return {
            "layer": layer.name,
            "how": layer.how,
            "was": layer.before,
            "settings": {name: list(change) for name, change in layer.settings.items()},
            "notes": found,
            "tokens": layer.tokens.to_json() if layer.tokens else None,
            "sound": layer.sound,
            "levels": list(layer.levels) if layer.levels else None,
        }


def differences(
    path: Path, a: str | None = None, b: str | None = None, *, sound: bool = False, watch: Watch = unwatched
) -> Differences:
    """What is not the same in two states of the song at `path`, or in two songs. Each of `a` and `b` is the
    number of a run, a branch, a take ("lead@2", "other-song/lead@2") or a song's folder; without `b`: the
    song now; without both: what the last change did. Only reads.

    `sound`: decode takes that differ, and tell how loud they are. UsageError for what names nothing.
    """
    before, after = sides(path, a, b)
    matched = _matched(before, after)
    scores = [(_notes(before, old), _notes(after, new)) for old, new in matched]
    pairs = align(_content(before, [old for old, _ in scores]), _content(after, [new for _, new in scores]))
    whole = before.layer is None
    layers = []
    for done, (names, bars) in enumerate(zip(matched, scores, strict=True)):
        watch("diff", done, len(matched))
        layers.append(_layer(before, after, names, bars, pairs, sound))
    watch("diff", len(matched), len(matched))
    state = _state(before.song, after.song) if whole else {}
    chords = _chords(before.song.state, after.song.state, pairs) if whole else {}
    lyrics = lyric_changes.compare(before.song.lyrics, after.song.lyrics) if whole else ()
    return Differences(before, after, pairs, state, chords, tuple(layers), lyrics)


def _matched(before: Side, after: Side) -> list[tuple[str | None, str | None]]:
    """Layers beside each other: by name, and one that is gone with a new one that has all that it had."""
    old, new = before.song.layers, after.song.layers
    if before.layer is not None or after.layer is not None:
        return [(before.layer, after.layer)]
    came = [name for name in new if name not in old]
    names: dict[str, str | None] = {}
    for name, entry in old.items():
        alike = (other for other in came if _music(new[other]) == _music(entry))
        names[name] = name if name in new else next(alike, None) if _music(entry) else None
        if names[name] in came:
            came.remove(names[name] or "")
    return [*names.items(), *((None, name) for name in came)]


def _music(entry: LayerEntry) -> tuple[object, ...]:
    """What tells a layer from others, () where it has nothing yet."""
    return (entry.takes, entry.score_sha256) if entry.takes or entry.score_sha256 else ()


def _notes(side: Side, layer: str | None) -> Bars:
    """A layer's notes by bar; none where there is no such layer or score."""
    sha = None if layer is None else side.song.layers[layer].score_in_use
    score = None if sha is None else side.folder.score(sha, layer or "")
    return note_changes.by_bar(side.song.state, score)


def _content(side: Side, layers: list[Bars]) -> Content:
    """What each bar holds: its chords, and the notes of each layer."""
    state = side.song.state
    parts: list[list[Hashable]] = [[state.chords_of(bar)] for bar in range(state.bars)]
    for bars in layers:
        for bar, notes in enumerate(bars):
            parts[bar].append(notes)
    return parts


def _state(before: Song, after: Song) -> dict[str, Change]:
    """What songs say of themselves as a whole, where it is not the same."""
    old, new = before.state, after.state
    both: dict[str, Change] = {name: (getattr(before, name), getattr(after, name)) for name in _FACTS}
    both |= {
        "bpm": (old.tempo_text, new.tempo_text),
        "meter": (old.meter_text, new.meter_text),
        "key": (str(old.key), str(new.key)),
        "form": (old.form, new.form),
        "style": (old.style, new.style),
    }
    found = {name: change for name, change in both.items() if change[0] != change[1]}
    if old.rhythm != new.rhythm and old.bars == new.bars:
        found["rhythm"] = (old.to_json()["rhythm"], new.to_json()["rhythm"])
    for field in fields(before):
        if field.name not in _APART and getattr(before, field.name) != getattr(after, field.name):
            found[field.name] = (_plain(getattr(before, field.name)), _plain(getattr(after, field.name)))
    return found


def _plain(value: Any) -> Any:
    """A part of a song as `song.json` has it."""
    return value.to_json() if hasattr(value, "to_json") else value


def _chords(
    before: GlobalState, after: GlobalState, pairs: Pairs
) -> dict[int, tuple[str | None, str | None]]:
    """Chords of bars where they are written otherwise, by the index of the pair; None: no such bar, "": they
    are not decided.
    """
    found: dict[int, tuple[str | None, str | None]] = {}
    if before.chords == after.chords and len(pairs) == before.bars == after.bars:
        return found
    for index, (a, b) in enumerate(pairs):
        if a is None or b is None or before.chords_of(a) != after.chords_of(b):
            found[index] = (_bar_text(before, a), _bar_text(after, b))
    return found


def _bar_text(state: GlobalState, bar: int | None) -> str | None:
    return None if bar is None else progression_text(state, range(bar, bar + 1))


def _layer(
    before: Side,
    after: Side,
    names: tuple[str | None, str | None],
    bars: tuple[Bars, Bars],
    pairs: Pairs,
    sound: bool,
) -> LayerDifference:
    old = None if names[0] is None else before.song.layers[names[0]]
    new = None if names[1] is None else after.song.layers[names[1]]
    notes = tuple(
        note_changes.compare(() if a is None else bars[0][a], () if b is None else bars[1][b])
        for a, b in pairs
    )
    takes = (old.active if old else None, new.active if new else None)
    shas = [take.content_sha256 if take else None for take in takes]
    found = LayerDifference(*names, _set(names, old, new), notes, None, shas[0] != shas[1])
    if not found.sound:
        return found
    found = replace(found, tokens=_tokens(before, after, old, new, pairs))
    if not sound:
        return found
    from stemwright.editing.levels import level

    levels = (
        level(before, names[0], takes[0]) if names[0] and takes[0] else None,
        level(after, names[1], takes[1]) if names[1] and takes[1] else None,
    )
    return replace(found, levels=levels)


def _set(
    names: tuple[str | None, str | None], old: LayerEntry | None, new: LayerEntry | None
) -> dict[str, Change]:
    """What of a layer that both have is set otherwise."""
    if old is None or new is None:
        return {}
    before, after = entry_to_json(old), entry_to_json(new)
    usual = {"kind": None, "gain_db": 0.0, "pan": None, "mute": False, "solo": False}
    changes = {
        name: (before.get(name, usual.get(name)), after.get(name, usual.get(name))) for name in _SETTINGS
    }
    if names[0] != names[1]:
        del changes["kind"]  # it is told where the name does not say it
    return {name: change for name, change in changes.items() if change[0] != change[1]}


def _tokens(
    before: Side, after: Side, old: LayerEntry | None, new: LayerEntry | None, pairs: Pairs
) -> TokenChanges | None:
    from stemwright.editing.token_changes import compare, frames_by_bar

    takes = (old.active if old else None, new.active if new else None)
    if takes[0] is None or takes[1] is None or takes[0].player or takes[1].player:
        return None
    first = frames_by_bar(before.folder, before.song.state, takes[0])
    return compare(first, frames_by_bar(after.folder, after.song.state, takes[1]), pairs)
