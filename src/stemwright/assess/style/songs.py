"""The songs that are measured: written for a style, of a folder, or real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from stemwright.assess.composer.contenders import ARRANGER, COMPOSER, arranged, composers
from stemwright.assess.composer.measuring import Composes
from stemwright.assess.style.states import state_of
from stemwright.compose.arranger import decide
from stemwright.compose.styles import NAMES, played, resolve
from stemwright.errors import UsageError, argument
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.evaluation.symbolic.swing import style_family
from stemwright.producer.seeds import check_seed
from stemwright.producer.workspace import reading
from stemwright.song.layers import LAYERS
from stemwright.song.state import Section
from stemwright.song.style import canonical
from stemwright.work.progress import Watch, unwatched

GIVEN = "songs"
PHRASE = 8
"""Bars that are taken for a section where a recording has none."""


def written(
    style: str, count: int, composes: Composes, seed: int = 0, watch: Watch = unwatched
) -> list[SymbolicSong]:
    """Songs of a style by one who writes, named "style, seed N"; seeds count from `seed` on."""
    made = []
    for number in range(seed, seed + count):
        watch(style, number - seed, count)
        state = decide(state_of(style, number), number)
        made.append(
            SymbolicSong(state, dict(composes(state, LAYERS, number)), name=f"{style}, seed {number}")
        )
    watch(style, count, count)
    return made


def writers(
    names: str, styles: str | None, count: int, seed: int = 0, watch: Watch = unwatched
) -> dict[str, dict[str, list[SymbolicSong]]]:
    """Songs by writer and style, both told with commas between; None: all styles of the stylebook.

    UsageError for a writer or style that nobody knows, or a composer that is not installed.
    """
    check_seed(seed)
    wanted = NAMES if styles is None else _styles(styles)
    found = {name: _writer(name.strip()) for name in names.split(",")}
    return {
        name: {style: written(style, count, composes, seed, watch) for style in wanted}
        for name, composes in found.items()
    }


def _styles(text: str) -> list[str]:
    """The canonical names of styles with commas between, each once."""
    names = text.split(",")
    if not all(name.strip() for name in names):
        raise UsageError(f"{argument('styles')} {text[:40]!r}: has an empty name; write for example pop,rock")
    return list(dict.fromkeys(played(name) for name in names))


def _writer(name: str) -> Composes:
    if name not in (ARRANGER, COMPOSER):
        raise UsageError(f"{argument('writer')} {name[:40]!r}: is unknown; use {ARRANGER} or {COMPOSER}")
    return arranged if name == ARRANGER else composers([COMPOSER])[COMPOSER].composes


def given(paths: Sequence[Path]) -> dict[str, dict[str, list[SymbolicSong]]]:
    """The songs of folders by style, as one set. UsageError where one has no notes."""
    found: dict[str, list[SymbolicSong]] = {}
    for path in paths:
        song = of_folder(path)
        found.setdefault(canonical(song.state.style) or "", []).append(song)
    return {GIVEN: found}


def of_folder(path: Path) -> SymbolicSong:
    """A song's scores as they are in use. UsageError where it has none."""
    folder = reading(path)
    song = folder.load()
    scores = folder.scores(song)
    if not any(score.notes for score in scores.values()):
        raise UsageError(f"{path}: has no notes yet; write them with: stemwright generate {path}")
    return SymbolicSong(song.state, scores, name=path.resolve().name)


def real_by_style(songs: Sequence[SymbolicSong]) -> dict[str, list[SymbolicSong]]:
    """Real songs by the style that the arranger plays theirs by; "" for those of no such style.

    Drums alone have no sections: every PHRASE bars are taken for one.
    """
    found: dict[str, list[SymbolicSong]] = {}
    for song in songs:
        own = song if len(song.scores) > 1 or "drums" not in song.scores else phrased(song)
        found.setdefault(resolve(style_family(song.state.style)) or "", []).append(own)
    return found


def phrased(song: SymbolicSong) -> SymbolicSong:
    """The song with a section for every PHRASE bars, all of one name."""
    whole, rest = divmod(song.state.bars, PHRASE)
    lengths = [PHRASE] * whole + ([rest] if rest else [])
    sections = tuple(Section("phrase", bars) for bars in lengths)
    return replace(song, state=song.state.with_(sections=sections))
