"""What a chart says of a song: its key, tempo, meter and title where they stand there, else the key that its
chords are in; its sections, or how many bars there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from stemwright.compose.analysis import key_correlation
from stemwright.errors import UsageError
from stemwright.song.chart import SAID, read_chart
from stemwright.song.form import form_text, parse_form
from stemwright.song.harmony import Key
from stemwright.song.names import check_title
from stemwright.song.progression import named_chords, spelling_remarks
from stemwright.song.qualities import QUALITIES
from stemwright.song.state import Meter, bpm_text, parse_bpm

__all__ = ["SAID", "chart_facts", "chart_remarks", "implied_form", "implied_key"]

ROOT_WEIGHT = 1.0
"""What a chord's root weighs more than its other tones."""
END_WEIGHT = 1.0
"""What the roots of the first and the last chord weigh more."""
LEADS_WEIGHT = 2.0
"""What the tone weighs to which a dominant seventh chord leads, a fifth below it."""
SCALE_WEIGHT = 3.0
"""What tones of the scale count beside the correlation."""

_KEYS = [Key.from_pc(tonic, mode) for mode in ("major", "minor") for tonic in range(12)]


def implied_key(text: str) -> Key | None:
    """The key that fits the chords of a text best; None where it names none by its root."""
    chords = named_chords(text)
    if not chords:
        return None
    weights = np.zeros(12)
    dominant = [{4, 10} <= set(QUALITIES[chord.quality]) for chord in chords]
    for chord, leads in zip(chords, dominant, strict=True):
        weights[list(chord.pitch_classes)] += 1.0
        weights[chord.root_pc] += ROOT_WEIGHT
        if leads and not all(dominant):  # in a blues all are, and lead nowhere
            weights[(chord.root_pc + 5) % 12] += LEADS_WEIGHT
    for chord in (chords[0], chords[-1]):
        weights[chord.root_pc] += END_WEIGHT
    return max(_KEYS, key=lambda key: _fit(weights, key))


def _fit(weights: NDArray[np.float64], key: Key) -> float:
    """Correlation with the key's profile, and the share of tones that are of its scale."""
    own = list(key.pitch_classes)
    if key.mode == "minor":
        own.append((key.tonic_pc + 11) % 12)  # the leading tone, of its dominant
    return key_correlation(weights, key) + SCALE_WEIGHT * float(weights[own].sum() / weights.sum())


def implied_form(text: str, usual: str) -> str | None:
    """The sections that a text names, else a form of as many bars as it has; None where the `usual` form
    holds these once or several times.
    """
    chart = read_chart(text)
    if chart.sections:
        return form_text(chart.sections)
    there = sum(section.bars for section in parse_form(usual))
    return None if there % len(chart.bars) == 0 else f"verse:{len(chart.bars)}"


def chart_facts(text: str) -> dict[str, str]:
    """Title, key, bpm and meter as a chart says them, those that can be read."""
    return {name: value for name, value in _facts(text).items() if value is not None}


def chart_remarks(text: str, given: Collection[str]) -> list[str]:
    """What is to be told of a chart: what was decided, and what was passed over, as for what is `given`
    (title, key, bpm, meter, form) by other means.
    """
    chart = read_chart(text)
    out = [*chart.remarks, *spelling_remarks(text)]
    for name, value in _facts(text).items():
        if value is None:
            out.append(f"{name} {chart.facts[name][:40]} passed over: it cannot be read")
        elif name in given:
            out.append(f"{name} {value} passed over: another one is given")
    if chart.sections and "form" in given:
        out.append(f"sections passed over for the form that is given: {form_text(chart.sections)[:60]}")
    return out


def _facts(text: str) -> dict[str, str | None]:
    return {name: _read(_READERS[name], value) for name, value in read_chart(text).facts.items()}


def _read(reader: Callable[[str], str], value: str) -> str | None:
    try:
        return reader(value)
    except UsageError:
        return None


def _tempo(text: str) -> str:
    """The number in "120 bpm"."""
    found = re.search(r"[0-9]+(?:\.[0-9]+)?", text)
    return bpm_text(parse_bpm(found[0] if found else text))


_READERS: dict[str, Callable[[str], str]] = {
    "title": lambda text: check_title(re.sub(r"\.\.+|[/\\]", "-", text)),
    "key": lambda text: str(Key.parse(re.sub("-$", "m", text))),
    "bpm": _tempo,
    "meter": lambda text: str(Meter.parse(text)),
}
