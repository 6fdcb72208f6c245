"""Three songs become one: what one side alone changed comes from that side; what both changed is a conflict.

A layer's music (its takes, notes, timbre and kind) goes together, and so does what all layers share. Music
that was made for another tempo, meter, form or key than the joined song has is a conflict too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from stemwright.song.midi_bars import bars_text

if TYPE_CHECKING:
    from stemwright.song.document import LayerEntry, Song
    from stemwright.song.harmony import Chord
    from stemwright.song.state import GlobalState

OURS, THEIRS = "ours", "theirs"
STATE, LAYERS = "state", "layers"
_MUSIC = ("takes", "take", "score_sha256", "timbre", "kind")
_MIXED: tuple[tuple[str, ...], ...] = (("gain_db",), ("pan",), ("mute", "solo"))
_GRID = ("bpm", "tempos", "meter", "meters", "sections", "key")
_CALLED = {"bpm": "tempo", "tempos": "tempo", "meters": "meter", "sections": "form", "gain_db": "gain"}


@dataclass(frozen=True, slots=True)
class Three:
    """The song of two branches, and the one that both came from."""

    base: Song
    ours: Song
    theirs: Song

    def side(self, name: str) -> Song:
        """The song of a side."""
        return self.ours if name == OURS else self.theirs

    def layer(self, name: str) -> tuple[LayerEntry | None, LayerEntry | None, LayerEntry | None]:
        """A layer as it was, as it is here and there; None where there is none."""
        return self.base.layers.get(name), self.ours.layers.get(name), self.theirs.layers.get(name)

    @property
    def facts(self) -> list[str]:
        """The fields of songs but for their layers."""
        return [field.name for field in fields(self.ours) if field.name != LAYERS]

    @property
    def layers(self) -> list[str]:
        """The layers of either side."""
        return list(dict.fromkeys([*self.ours.layers, *self.theirs.layers]))

    @property
    def differing(self) -> list[str]:
        """The names of fields and layers that are not the same on both sides."""
        facts = [name for name in self.facts if getattr(self.ours, name) != getattr(self.theirs, name)]
        return facts + [name for name in self.layers if self.layer(name)[1] != self.layer(name)[2]]


@dataclass(slots=True)
class Joined:
    """What came of it: the song; whose its fields and layers are where they are not ours alone; conflicts, a
    line for each name.
    """

    song: Song
    taken: dict[str, str] = field(default_factory=dict)
    conflicts: list[tuple[str, str]] = field(default_factory=list)


def join(three: Three, chosen: Mapping[str, str]) -> Joined:
    """The joined song. `chosen`: of fields and layers, whose counts, `OURS` or `THEIRS`. Where there are
    conflicts the song means nothing.
    """
    found = Joined(three.ours)
    for name in three.facts:
        value: Any = _state(three, chosen, found) if name == STATE else _fact(three, name, chosen, found)
        found.song = replace(found.song, **{name: value})
    for name in three.layers:
        _layer(three, name, chosen, found)
    return found


def everything(three: Three, side: str) -> dict[str, str]:
    """What is chosen where all conflicts are settled for one side. Where its music does not fit what is
    shared, that is the side's too, and with it all music.
    """
    chosen = dict.fromkeys((name for name, _ in join(three, {}).conflicts), side)
    if any(_is_foreign(three, name) for name in chosen):
        music = [name for name in three.layers if _music(three.ours, name) != _music(three.theirs, name)]
        chosen |= dict.fromkeys([STATE, *music], side)
    return chosen


def _is_foreign(three: Three, name: str) -> bool:
    """Whether one side alone changed a layer, so that it is a conflict only beside what is shared."""
    base, ours, theirs = three.layer(name)
    return ours != theirs and base in (ours, theirs)


def _settled(name: str, chosen: Mapping[str, str], base: object, ours: object, theirs: object) -> str | None:
    """Whose a field or layer is; None where both changed it and nothing is chosen."""
    if ours == theirs:
        return OURS
    if name in chosen:
        return chosen[name]
    return OURS if theirs == base else THEIRS if ours == base else None


def _fact(three: Three, name: str, chosen: Mapping[str, str], found: Joined) -> Any:
    base, ours, theirs = (getattr(song, name) for song in (three.base, three.ours, three.theirs))
    side = _settled(name, chosen, base, ours, theirs)
    if side is None:
        simple = isinstance(ours, str | int) and isinstance(theirs, str | int)
        told = f" ({ours} here, {theirs} there)" if simple else ""
        found.conflicts.append((name, f"{name}: both changed it{told}"))
    if side == THEIRS:
        found.taken[name] = THEIRS
    return theirs if side == THEIRS else ours


def _state(three: Three, chosen: Mapping[str, str], found: Joined) -> GlobalState:
    base, ours, theirs = three.base.state, three.ours.state, three.theirs.state
    side = _settled(STATE, chosen, base, ours, theirs)
    if side == THEIRS:
        found.taken[STATE] = THEIRS
    if side is not None:
        return three.side(side).state
    if not _chords_alone(base, ours) or not _chords_alone(base, theirs):
        here, there = (", ".join(_others(base, state)) for state in (ours, theirs))
        found.conflicts.append((STATE, f"state: both changed it ({here} here, {there} there)"))
        return ours
    chords, twice = _chords(base, ours, theirs)
    if twice:
        found.conflicts.append((STATE, f"state: both changed the chords of bars {bars_text(twice)}"))
        return ours
    found.taken[STATE] = "both"
    return ours.with_(chords=chords)


def _chords_alone(base: GlobalState, state: GlobalState) -> bool:
    return bool(base.chords and state.chords) and _others(base, state) == ["chords"]


def _others(base: GlobalState, state: GlobalState) -> list[str]:
    """What of a state is another than it was."""
    changed = (each.name for each in fields(base) if each.compare)
    names = [name for name in changed if getattr(base, name) != getattr(state, name)]
    return list(dict.fromkeys(_CALLED.get(name, name) for name in names))


def _chords(
    base: GlobalState, ours: GlobalState, theirs: GlobalState
) -> tuple[tuple[Chord | None, ...], list[int]]:
    """The chords of bars that one side alone changed, and the bars (from 1) that both did."""
    chords: list[Chord | None] = []
    twice = []
    for bar in range(base.bars):
        was, here, there = (state.chords_of(bar) for state in (base, ours, theirs))
        chords += there if here == was else here
        if was != here != there != was:
            twice.append(bar + 1)
    return tuple(chords), twice


def _music(song: Song, name: str) -> tuple[Any, ...]:
    """What of a layer sounds or will; () where it has nothing yet, or there is no such layer."""
    entry = song.layers.get(name)
    made = entry is not None and (entry.takes or entry.score_sha256)
    return tuple(getattr(entry, field) for field in _MUSIC) if made else ()


def _layer(three: Three, name: str, chosen: Mapping[str, str], found: Joined) -> None:
    """Put a layer into the joined song, or say why that cannot be."""
    base, ours, theirs = three.layer(name)
    side = _settled(name, chosen, base, ours, theirs)
    entry = ours
    if side is not None:
        entry = three.side(side).layers.get(name)
        found.taken |= {name: THEIRS} if side == THEIRS else {}
    else:
        joined = _parts(base, ours, theirs)
        if joined is None:
            found.conflicts.append((name, f"layer {name}: {_both(base, ours, theirs)}"))
            return
        entry = joined
        side = OURS if _music(three.theirs, name) == _music(three.base, name) else THEIRS
        found.taken[name] = "both"
    if entry is None:
        found.song = found.song.without_layer(name)
        return
    found.song = found.song.with_layer(name, entry)
    if _music(three.ours, name) != _music(three.theirs, name):
        why = _unfit(three.side(side), name, found.song.state, name in chosen)
        if why:
            here, there = ("here", "there") if side == OURS else ("there", "here")
            told = f"{_said(base, entry)} {here}, and {why} changed {there}"
            found.conflicts.append((name, f"layer {name}: {told}"))


def _unfit(song: Song, name: str, state: GlobalState, wished: bool) -> str:
    """What is another than where a layer's music was made for, "form and tempo"; "" where it fits. What is
    wished for fits unless its take is longer or shorter than the song.
    """
    grid = {_CALLED.get(each, each) for each in _GRID}
    other = [word for word in _others(song.state, state) if word in grid]
    take = song.layers[name].active
    lasts = take is not None and take.frames == song.state.frames != state.frames
    if not _music(song, name) or not other or (wished and not lasts):
        return ""
    return " and ".join(other)


def _parts(base: LayerEntry | None, ours: LayerEntry | None, theirs: LayerEntry | None) -> LayerEntry | None:
    """A layer whose music one side changed, and its place in the mix the other; None where both changed the
    same, or one has no such layer.
    """
    if base is None or ours is None or theirs is None:
        return None
    joined = ours
    for group in (_MUSIC, *_MIXED):
        was, here, there = (tuple(getattr(entry, name) for name in group) for entry in (base, ours, theirs))
        if was != here != there != was:
            return None
        if here == was:
            joined = replace(joined, **dict(zip(group, there, strict=True)))
    return joined


def _both(base: LayerEntry | None, ours: LayerEntry | None, theirs: LayerEntry | None) -> str:
    """What both did to a layer."""
    if base is None or ours is None or theirs is None:
        return f"{_said(base, ours)} here, {_said(base, theirs)} there"
    if ours.take != base.take and theirs.take != base.take and ours.take and theirs.take:
        return f"both made another take ({ours.take} here, {theirs.take} there)"
    return f"both changed it ({_said(base, ours)} here, {_said(base, theirs)} there)"


def _said(base: LayerEntry | None, entry: LayerEntry | None) -> str:
    """What became of a layer, in few words."""
    if entry is None:
        return "taken out"
    if base is None:
        return "added"
    changed = [each.name for each in fields(entry) if getattr(entry, each.name) != getattr(base, each.name)]
    told = []
    if "take" in changed and entry.take is not None:
        told.append(f"take {entry.take}")
    elif "score_sha256" in changed:
        told.append("other notes")
    names = [name for name in changed if name not in ("takes", "take", "score_sha256")]
    told += [f"{_CALLED.get(name, name)} {_short(getattr(entry, name))}" for name in names]
    return ", ".join(told) or "other takes"


def _short(value: object) -> str:
    if value in (None, ""):
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value).lower()
