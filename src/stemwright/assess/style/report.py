"""Do songs keep the rules of their style? Every rule beside its goal, real music and shuffled notes.

A figure is the mean over the songs that it is known of. Columns: who wrote, or "songs" for songs that
were given; *real*, real songs of that style, and *any real*, those of every style (lead sheets and game
music say something of melodies and basses where no recording of the style does); *shuffled*, the first
SHUFFLED songs of the first column with their notes and chords mixed: the floor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stemwright.assess.composer.contenders import ARRANGER
from stemwright.assess.means import Figures, mean, rounded
from stemwright.assess.style.charts import assess_charts
from stemwright.assess.style.judges import judge_real_or_made, judge_styles
from stemwright.assess.style.measuring import measures, misses
from stemwright.assess.style.rules import Rule, rules_of
from stemwright.corpus.sources import part_of
from stemwright.evaluation.symbolic import song_faults
from stemwright.evaluation.symbolic.shuffled import shuffled, shuffled_chords
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.work.progress import Watch, unwatched

Row = dict[str, Any]
Songs = Mapping[str, Sequence[SymbolicSong]]
"""Songs by style."""

REAL, ANY_REAL, FLOOR = "real", "any real", "shuffled"
SHUFFLED = 5
EXAMPLES = 3
"""Songs that are named where a rule is missed."""
BARS = 8
"""Bars that are named of such a song."""
PLAYED_ONLY = ("returns.velocity", "groove.swing")
"""Measures that say nothing of real music that is printed, whose loudness and time nobody played."""


def assess_style(
    sets: Mapping[str, Songs],
    real: Songs | None = None,
    *,
    seed: int = 0,
    sources: Path | None = None,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """All figures as plain JSON values: `rules`, a row a style and rule; `missed`, worst first;
    `faults`; `styles` and `told`: what `judges` say, where there is real music.

    `sets`: songs by who wrote them and by style. `real`: by style, "" for those of none; None: no columns.
    `sources`: a folder with charts of chords and forms, beside which the arranger's are measured in `charts`.
    """
    first = next(iter(sets))
    of_real = {style: _of_real(songs, watch) for style, songs in (real or {}).items()}
    every = mean([own for figures in of_real.values() for own in figures])
    rows: list[Row] = []
    missed: list[Row] = []
    for style in sets[first]:
        found = {what: _figures(songs[style], f"{what}: {style}", watch) for what, songs in sets.items()}
        columns = {what: mean(figures) for what, figures in found.items()}
        if real is not None:
            columns |= {REAL: mean(of_real.get(style, [])), ANY_REAL: every}
        columns[FLOOR] = mean(_figures(_floor(sets[first][style][:SHUFFLED], seed), FLOOR, watch))
        for rule in rules_of(style):
            rows.append(_row(style, rule, columns))
            for what, songs in sets.items():
                missed += _missed(style, rule, what, columns[what], songs[style], found[what])
    report = {
        "songs": {what: {style: len(own) for style, own in songs.items()} for what, songs in sets.items()},
        "real": {} if real is None else {style or "none": len(own) for style, own in real.items()},
        "seed": seed,
        "rules": rows,
        "missed": sorted(missed, key=lambda row: -row["miss"]),
        "styles": [] if real is None else judge_styles(real, sets, watch),
        "told": [] if real is None else judge_real_or_made(real, sets, seed),
        "charts": {} if sources is None else _charts(sources, sets, seed, watch),
        "faults": [row for what, songs in sets.items() for row in _faults(what, songs)],
    }
    made: dict[str, Any] = rounded(report)
    return made


def _charts(sources: Path, sets: Mapping[str, Songs], seed: int, watch: Watch) -> dict[str, list[Row]]:
    """What `charts` says of the styles that the arranger wrote in; nothing where it wrote none."""
    styles = list(sets.get(ARRANGER, ()))
    return assess_charts(part_of(sources, "symbolic"), styles, seed, watch=watch) if styles else {}


def _floor(songs: Sequence[SymbolicSong], seed: int) -> list[SymbolicSong]:
    """The songs with notes and chords mixed."""
    states = shuffled_chords([song.state for song in songs], seed)
    mixed = shuffled(songs, seed)
    return [replace(song, state=state) for song, state in zip(mixed, states, strict=True)]


def _figures(songs: Sequence[SymbolicSong], name: str, watch: Watch) -> list[Figures]:
    made = []
    for number, song in enumerate(songs):
        watch(name, number, len(songs))
        made.append(measures(song))
    watch(name, len(songs), len(songs))
    return made


def _of_real(songs: Sequence[SymbolicSong], watch: Watch) -> list[Figures]:
    figures = _figures(songs, REAL, watch)
    for song, own in zip(songs, figures, strict=True):
        own |= {} if song.human else dict.fromkeys(PLAYED_ONLY)
    return figures


def _row(style: str, rule: Rule, columns: Mapping[str, Figures]) -> Row:
    """A rule's figures by column, and who meets it."""
    values = {what: figures.get(rule.measure) for what, figures in columns.items()}
    return {
        "style": style,
        "measure": rule.measure,
        "rule": rule.says,
        "goal": rule.goal,
        **values,
        "met": {what: rule.met(value) for what, value in values.items()},
    }


def _missed(
    style: str,
    rule: Rule,
    what: str,
    figures: Figures,
    songs: Sequence[SymbolicSong],
    each: Sequence[Figures],
) -> list[Row]:
    """A row where a rule is missed, with the worst songs and the bars in which they miss it; [] else."""
    value = figures.get(rule.measure)
    if value is None or rule.met(value):
        return []
    known = [(i, own) for i, figure in enumerate(each) if (own := figure.get(rule.measure)) is not None]
    worst = sorted(known, key=lambda pair: (-rule.miss(pair[1]), pair[0]))[:EXAMPLES]
    return [
        {
            "style": style,
            "what": what,
            "measure": rule.measure,
            "rule": rule.says,
            "goal": rule.goal,
            "value": value,
            "miss": rule.miss(value),
            "examples": [
                {"song": songs[i].name, "value": own, "bars": misses(songs[i], rule.measure)[:BARS]}
                for i, own in worst
                if rule.miss(own) > 0
            ],
        }
    ]


def _faults(what: str, songs: Songs) -> list[Row]:
    return [
        {
            "style": style,
            "what": what,
            "song": song.name,
            "fault": fault.kind,
            "layer": fault.layer,
            "bars": list(fault.bars[:BARS]),
        }
        for style, own in songs.items()
        for song in own
        for fault in song_faults.evaluate(song)
    ]
