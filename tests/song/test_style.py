"""Styles: one canonical name for each, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.compose.styles import BOOK, played, resolve
from stemwright.conditioning import STYLES as COLUMNS
from stemwright.conditioning.features import frame_features
from stemwright.conditioning.layout import columns
from stemwright.errors import UsageError
from stemwright.song.state import GlobalState
from stemwright.song.style import ALIASES, NAMES, canonical, learnt, nearest
from stemwright.symbolic.events import vocabulary


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bossa Nova", "bossa"), ("bossa-nova", "bossa"), ("hip-hop", "hiphop"),
        ("lo-fi hip-hop", "lofi"), ("jazzy hip-hop", "hiphop"),
        ("deep house", "house"), ("jazz funk", "funk"), ("jazz/funk", "jazz"), ("slow blues", "blues"),
        ("slow", "ballad"), ("funk-groove1", "funk"), ("r and b", "soul"), ("rnb", "soul"),
        ("techno", "techno"), ("melodic techno", "techno"),
        ("drum & bass", "drumandbass"), ("DnB", "drumandbass"),
        ("heavy metal", "metal"), ("punk rock", "punk"), ("rock shuffle", "rock"),
        ("soundtrack", "cinematic"),
        ("  ", ""), ("", ""), ("polka", None), ("/", None),
    ],
)  # fmt: skip
def test_names_as_people_write_them(text: str, name: str | None) -> None:
    assert canonical(text) == name


def test_every_spelling_means_one_style() -> None:
    spelt = [("".join(alias.split()), name) for name, row in ALIASES.items() for alias in (name, *row)]
    assert len(dict(spelt)) == len(set(spelt))
    assert all(canonical(text) == name for text, name in spelt)


def test_every_table_is_by_canonical_names() -> None:
    assert set(BOOK) | set(vocabulary.STYLES) - {""} | set(COLUMNS) - {"other"} <= set(NAMES)


@given(st.sampled_from(NAMES), st.sampled_from(("", " ", "-", "_")), st.booleans())
def test_spelling_does_not_matter_to_any_reader(name: str, joint: str, upper: bool) -> None:
    for alias in ALIASES[name]:
        text = joint.join(alias.split())
        text = text.upper() if upper else text
        assert canonical(text) == name
        assert resolve(text) == resolve(name)
        assert vocabulary.style_of(text) == vocabulary.style_of(name)
        assert column(text) == column(name)


@pytest.mark.parametrize(
    ("style", "arranger", "performer", "composer"),
    [
        ("bossa nova", "bossa", "latin", "bossa"), ("hip-hop", "hiphop", "hiphop", "hiphop"),
        ("rnb", "soul", "soul", "soul"), ("techno", "techno", "electronic", ""),
        ("gospel", None, "soul", "gospel"), ("polka", None, "other", ""),
    ],
)  # fmt: skip
def test_readers_agree(style: str, arranger: str | None, performer: str, composer: str) -> None:
    assert resolve(style) == arranger
    assert column(style) == performer
    assert vocabulary.STYLES[vocabulary.style_of(style)] == composer


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("disco", "funk"), ("swing", "jazz"), ("samba", "bossa"), ("trap", "hiphop"), ("lofi", "hiphop"),
        ("lo fi hip hop", "hiphop"), ("ska", "reggae"), ("salsa", "latin"), ("techno", "electronic"),
        ("trance", "electronic"), ("cinematic", "ambient"),
        ("film score", "ambient"), ("soundtrack", "ambient"),
    ],
)  # fmt: skip
def test_networks_know_styles_that_were_aliases_as_before(alias: str, name: str) -> None:
    assert learnt(alias) == name
    assert column(alias) == column(name)
    assert vocabulary.style_of(alias) == vocabulary.style_of(name)


def test_a_near_miss_names_the_nearest() -> None:
    assert (nearest("regae"), nearest("bosa nova"), nearest("hip hopp")) == ("reggae", "bossa nova", "hiphop")
    assert nearest("polka") is None
    with pytest.raises(UsageError, match=r"'regae' is not known; did you mean 'reggae'\? Use one of pop, "):
        played("regae")
    with pytest.raises(UsageError, match="'polka-core' is not known; use one of pop, "):
        played("polka-core")


def column(style: str) -> str:
    """The performers' column of a style."""
    state = GlobalState.create(form="a:1", style=style.lower())
    row = frame_features(state, "bass", None)[0, columns("bass")["style"]]
    return COLUMNS[int(row.argmax())]
