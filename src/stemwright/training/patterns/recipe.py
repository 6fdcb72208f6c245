"""`train patterns`: every table that the arranger draws from, counted in a corpus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from stemwright.compose.learned.tables import NAME, VERSION, write_tables
from stemwright.corpus.credits import credited
from stemwright.corpus.read import songs
from stemwright.models import Bundle, Manifest
from stemwright.training.patterns.bass import learn_bass
from stemwright.training.patterns.chords import learn_chords
from stemwright.training.patterns.drums import learn_drums
from stemwright.training.patterns.forms import learn_forms
from stemwright.training.patterns.harmony import learn_harmony
from stemwright.training.patterns.lead import learn_lead
from stemwright.training.patterns.learned import Learned, Material

LEARNERS: dict[str, Callable[[Material], Learned]] = {
    "bass": learn_bass,
    "chords": learn_chords,
    "drums": learn_drums,
    "forms": learn_forms,
    "harmony": learn_harmony,
    "lead": learn_lead,
}
"""Table -> who learns it."""


def train_patterns(
    corpus: Path, out: Path, sources: Path | None = None, report: Callable[[str], None] = print
) -> Bundle:
    """Count every table in a corpus and in the sets of chords and forms below `sources`; write the bundle.

    UsageError where the corpus cannot be read or `out` is in use for something else.
    """
    material = Material(tuple(songs(corpus, "train")), tuple(songs(corpus, "valid")), sources)
    made = {}
    for name, learn in LEARNERS.items():
        made[name] = learn(material)
        figures = ", ".join(f"{what} {value:g}" for what, value in made[name].held_out.items())
        report(f"{name}: {figures}")
    names = {source for learned in made.values() for source in learned.sources}
    licences, said = credited(names)
    manifest = Manifest(
        kind=NAME,
        name=NAME,
        preset="counts",
        architecture={"version": VERSION, "tables": sorted(made)},
        licences=licences,
        sources=said,
        device="counted, no device",
        held_out={name: dict(learned.held_out) for name, learned in made.items()},
    )
    return write_tables(out, {name: learned.table for name, learned in made.items()}, manifest)
