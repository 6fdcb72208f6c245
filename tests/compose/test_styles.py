"""The table of styles: well-formed, and each different from the others."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest

from stemwright.compose.arranger import arrange
from stemwright.compose.chords import chord_of, progressions
from stemwright.compose.patterns import bars_in
from stemwright.compose.randomstate import random_state
from stemwright.compose.style import LEVELS, Style
from stemwright.compose.stylebook import marks
from stemwright.compose.stylebook.files import shipped_file
from stemwright.compose.styles import BOOK, NAMES, resolve, style_of
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.harmony import MODES, Key
from stemwright.song.state import GlobalState


def patterns(style: Style) -> list[str]:
    out = list(style.motifs)
    for level in LEVELS:
        out += [pattern for groove in style.grooves[level] for pattern in groove.parts.values()]
        out += style.bass[level]
        out += [comp.pattern for comp in style.comps[level]]
    return out


@pytest.mark.parametrize("name", BOOK)
def test_style_is_well_formed(name: str) -> None:
    style = style_of(name)
    assert style.name == name
    assert Fraction(1, 2) <= style.swing <= Fraction(3, 4)
    assert all(len(pattern) % 16 == 0 and bars_in(pattern) >= 1 for pattern in patterns(style))
    assert all(
        set(pattern) <= set("Xxsgr.-")
        for g in style.grooves.values()
        for x in g
        for pattern in x.parts.values()
    )
    assert all(set(x.parts) <= set(PIECE_PITCH) for g in style.grooves.values() for x in g)
    assert all(set(pattern) <= set(marks.DEGREES + ".-") for level in LEVELS for pattern in style.bass[level])
    assert all(len(fill) % 4 == 0 and set(fill) <= set("shmlkrpocg.") for fill in style.fills)
    assert style.triple in "ABCD"


@pytest.mark.parametrize("name", BOOK)
def test_every_progression_names_chords(name: str) -> None:
    style = style_of(name)
    for mode in MODES:
        key = Key("D", mode)
        for progression in (*progressions(style, mode), *style.cadences):
            for bar in progression.split("|"):
                tokens = bar.split()
                assert 1 <= len(tokens) <= 2
                assert all(chord_of(token, key, style) for token in tokens)


def test_names_as_people_write_them() -> None:
    assert resolve("Hip-Hop") == "hiphop"
    assert resolve("bossa nova") == "bossa"
    assert resolve("deep house") == "house"
    assert resolve("") == "pop"
    assert resolve("polka") is None
    assert style_of("polka") is style_of("pop")


def test_the_book_is_the_files() -> None:
    assert sorted(BOOK) == sorted(path.stem for path in shipped_file("pop").parent.glob("*.toml"))


def fingerprint(name: str) -> tuple[float, ...]:
    """Shares of the sixteenths at which drums, bass and harmony begin notes, over a few seeds."""
    counts = [0] * (16 * 4)
    for seed in range(4):
        made = arrange(GlobalState.create("100", "A minor", "4/4", "verse:4 chorus:4", name), seed=seed)
        for row, layer in enumerate(("bass", "harmony")):
            for note in made.scores[layer].notes:
                counts[16 * row + (note.onset + 3) % 384 // 24] += 1
        for note in made.scores["drums"].notes:
            counts[32 + 16 * (note.pitch > 40) + (note.onset + 3) % 384 // 24] += 1
    total = sum(counts)
    return tuple(count / total for count in counts)


def test_styles_differ() -> None:
    prints = {name: fingerprint(name) for name in BOOK if not style_of(name).like}
    for one, other in combinations(NAMES, 2):
        distance = sum(abs(a - b) for a, b in zip(prints[one], prints[other], strict=True)) / 2
        assert distance > 0.1, (one, other, distance)


def test_random_states() -> None:
    states = [random_state(seed) for seed in range(300)]
    assert states[:9] == [random_state(seed) for seed in range(9)]
    assert {state.style for state in states} == set(NAMES)
    assert all(4 <= state.bars <= 32 for state in states)
    assert sum(str(state.meter) == "4/4" for state in states) > 150
    assert len({state.key for state in states}) > 30
