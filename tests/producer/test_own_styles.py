"""Songs in styles: what a style brings to a new song, and songs whose style is a file of the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.errors import UsageError
from stemwright.producer.create import Wish, create, draft, styled
from stemwright.producer.generate import generate
from stemwright.producer.mix import mix_song
from stemwright.producer.whole import make_song
from stemwright.shown.reports import describe
from support.songs import token_shas

WISH = Wish(bpm="240", form="verse:1", seed=1, style="my-tune")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the style my-tune."""
    folder = tmp_path / "styles"
    folder.mkdir()
    monkeypatch.setenv("STEMWRIGHT_STYLES", str(folder))
    file = folder / "my-tune.toml"
    file.write_text('about = "a tune"\nlike = "pop"\n[timbres]\nlead = "bright"\n')
    return file


def test_a_song_outlives_the_file_of_its_style(tmp_path: Path, file: Path) -> None:
    """What was made stays, is mixed and shown; only new notes need the file, and say so."""
    path = tmp_path / "song"
    create(path, WISH)
    assert describe(path)["style"] == "my-tune" and describe(path)["layers"]["lead"]["timbre"] == "bright"
    generate(path)
    before = token_shas(path)
    file.rename(file.with_name("gone.toml"))
    generate(path)
    mix_song(path)
    assert token_shas(path) == before and describe(path)["style"] == "my-tune"
    with pytest.raises(UsageError, match=r"'my-tune' is a style of your own, and .* is not there; put its"):
        generate(path, ("lead",), seed=8)
    assert token_shas(path) == before
    with pytest.raises(UsageError, match="style of your own"):
        make_song(path, WISH)
    file.with_name("gone.toml").rename(file)
    make_song(path, WISH)
    assert token_shas(path) == before


def test_what_a_style_brings() -> None:
    waltz = Wish(style="Waltz")
    assert styled(waltz) == {"meter": "3/4"} and str(draft(Path("x"), waltz).state.meter) == "3/4"
    asked = Wish(style="waltz", meter="4/4", bpm="60")
    assert styled(asked) == {} and str(draft(Path("x"), asked).state.meter) == "4/4"
    fast = Wish(style="drum and bass")
    assert styled(fast) == {"bpm": "169"} and draft(Path("x"), fast).state.bpm == 169
    assert styled(Wish()) == styled(Wish(style="pop")) == {}


def test_a_chart_says_more_than_the_style() -> None:
    chart = "{time: 6/8}\n{tempo: 70}\n| C | F | G | C |"
    state = draft(Path("x"), Wish(style="waltz", chords=chart)).state
    assert (str(state.meter), state.bpm) == ("6/8", 70)
