"""docs/listen.md as it is, and what benchmarks/listen.py makes it with."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from stemwright.assess.listening import (
    bad,
    bundled,
    codec_alone,
    excerpts,
    figures,
    looks,
    page,
    players,
    spectrogram,
)
from stemwright.assess.listening.excerpts import RATE, Bars
from stemwright.assess.listening.songs import EXAMPLES, first_of
from stemwright.assess.measured_takes import Performed
from stemwright.assess.sound import measuring as sound
from stemwright.assess.sound import soundfont
from stemwright.assess.sound.judges import Judges
from stemwright.compose.styles import NAMES
from stemwright.models import load_bundle
from stemwright.song.layers import LAYERS
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.song.takes import Take
from support.bundles import write_all, write_wide
from support.tones import write_tones

DOCS = Path(__file__).parents[2] / "docs"
LINK = re.compile(r"\]\(([^)#:]+)\)")
PLACE = re.compile(r"\]\(#([^)]+)\)")
PICTURE_BYTES = 90_000
PICTURES_BYTES = 2_000_000
TIMEBASE = GlobalState.create(bpm="120", form="verse:8").timebase
"""A bar of two seconds."""


def broken(text: Path) -> list[str]:
    """Links of a page to files that are not there."""
    links = LINK.findall(text.read_text(encoding="utf-8"))
    return [link for link in links if not (text.parent / link).is_file()]


def headings(text: str) -> set[str]:
    """The places of a page that links can name."""
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {heading.lower().replace(" ", "-") for heading in found}


def test_the_page_has_what_it_links_to_and_is_small() -> None:
    text = DOCS / "listen.md"
    if not text.exists():
        pytest.skip("not made yet: python benchmarks/listen.py")
    assert broken(text) == []
    files = list((DOCS / "listen").iterdir())
    said = text.read_text(encoding="utf-8")
    assert {file.name for file in files} <= {Path(link).name for link in LINK.findall(said)}
    assert set(PLACE.findall(said)) | {"what-is-still-bad"} <= headings(said)
    sizes = {
        ending: [file.stat().st_size for file in files if file.suffix == ending]
        for ending in (".mp3", ".png")
    }
    assert sum(sizes[".mp3"]) <= excerpts.BYTES
    assert sum(sizes[".png"]) <= PICTURES_BYTES and max(sizes[".png"]) <= PICTURE_BYTES


def test_every_style_has_an_example() -> None:
    assert tuple(EXAMPLES) == NAMES
    assert all(len(example.timbres) == 4 for example in EXAMPLES.values())


@pytest.mark.parametrize(
    ("wanted", "have", "found"),
    [(("sax", "flute"), ("flute", "sax"), "sax"), (("sax",), ("flute",), "flute"), (("sax",), (), "")],
)
def test_timbres_are_what_the_bundle_has(wanted: tuple[str, ...], have: tuple[str, ...], found: str) -> None:
    assert first_of(wanted, have) == found


@pytest.mark.parametrize(("seconds", "bars", "found"), [(8.0, 8, 4), (5.1, 8, 3), (0.5, 8, 1), (60.0, 8, 8)])
def test_excerpts_are_whole_bars(seconds: float, bars: int, found: int) -> None:
    assert excerpts.bars_of(seconds, TIMEBASE, bars) == found


def test_notes_are_counted_in_their_bars() -> None:
    bar = TIMEBASE.meter.ticks_per_bar
    notes = [Note(tick, 10, 60, 90) for tick in (0, 5, bar - 1, bar, 3 * bar)]
    assert excerpts.notes_by_bar(Score.from_notes(notes), TIMEBASE, 3) == [3, 1, 1]


def test_excerpts_lie_where_the_quietest_layer_plays() -> None:
    counts = {"drums": [9] * 8, "lead": [0, 0, 4, 4, 4, 4, 0, 0]}
    assert excerpts.around(4, 4, counts) == Bars(2, 6)
    counts["lead"] = [4, 4, 4, 4, 0, 0, 0, 0]
    assert excerpts.around(4, 3, counts) == Bars(2, 5)
    assert excerpts.busiest(Bars(2, 6), 2, counts["lead"]) == Bars(2, 4)
    assert [str(Bars(2, 6)), str(Bars(2, 3))] == ["3-6", "3"]


@given(
    counts=st.lists(st.lists(st.integers(0, 20), min_size=8, max_size=8), min_size=1, max_size=4),
    join=st.integers(0, 8),
    length=st.integers(1, 8),
    inner=st.integers(1, 8),
)
def test_excerpts_lie_inside_the_song(counts: list[list[int]], join: int, length: int, inner: int) -> None:
    shown = excerpts.around(join, length, {str(i): count for i, count in enumerate(counts)})
    assert shown.first >= 0 and shown.end == shown.first + length <= 8
    assert length < 2 or not 0 < join < 8 or shown.first < join < shown.end
    heard = excerpts.busiest(shown, inner, counts[0])
    assert shown.first <= heard.first < heard.end <= shown.end
    assert heard.end - heard.first == min(inner, length)


@pytest.mark.parametrize("channels", [1, 2])
def test_a_cut_is_faded_and_its_mp3_plays_and_is_the_same_each_time(channels: int) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(5 * RATE) / RATE)
    audio = np.repeat(tone[:, None], channels, axis=1).astype(np.float32)
    audio[:, -1] *= 0.9
    audio = audio if channels == 2 else audio[:, 0]
    piece = excerpts.cut(audio, Bars(1, 2), TIMEBASE)
    assert len(piece) == 2 * RATE
    assert np.abs(piece[0]).max() == 0 and np.abs(piece[-1]).max() == 0
    assert np.array_equal(piece[1000:80000], audio[2 * RATE + 1000 : 2 * RATE + 80000])
    data = excerpts.mp3(piece, 0.5)
    assert data == excerpts.mp3(piece, 0.5) and len(data) < 2 * 20_000
    back, rate = soundfile.read(io.BytesIO(data), always_2d=True)
    assert rate == RATE and back.shape[1] == channels and abs(len(back) - len(piece)) < 4000
    assert 0.3 < np.abs(back).max() < 0.7


def test_a_sound_without_a_side_is_mono_and_all_files_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    wide = (0.1 * draw.standard_normal((RATE, 2))).astype(np.float32)
    narrow = np.repeat(wide[:, :1], 2, axis=1)
    files = excerpts.mp3s({"wide": wide, "narrow": narrow})
    assert [soundfile.info(io.BytesIO(files[name])).channels for name in ("wide", "narrow")] == [2, 1]
    whole = sum(map(len, files.values()))
    assert excerpts.kbit_a_second(files, [wide, narrow]) == pytest.approx(8 * whole / 2000)
    monkeypatch.setattr(excerpts, "BYTES", whole - 1)
    assert sum(map(len, excerpts.mp3s({"wide": wide, "narrow": narrow}).values())) < whole


def test_a_control_is_as_long_as_its_stem() -> None:
    sound = np.ones((5, 2), np.float32)
    assert players.as_long(sound, 3).shape == (3, 2)
    assert players.as_long(sound, 8)[:, 1].tolist() == [1] * 5 + [0] * 3


@pytest.mark.parametrize("hertz", [110.0, 440.0, 3520.0, 14080.0])
def test_a_tone_stands_in_its_row(hertz: float) -> None:
    tone = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE).astype(np.float32)
    found = spectrogram.levels(tone, 4096)
    assert found.shape == (spectrogram.ROWS, RATE // spectrogram.STEP + 1)
    middle = found[:, found.shape[1] // 2]
    assert abs(middle.argmax() + 0.5 - spectrogram.row([hertz])[0]) <= 1.5
    assert -0.5 < middle.max() < 0.1


@pytest.mark.parametrize("styles", [["pop"], ["pop", "funk"], list(EXAMPLES)])
def test_every_style_and_layer_is_looked_at_and_no_look_comes_twice(styles: list[str]) -> None:
    turns = looks.turns(styles)
    assert {style for style, _ in turns} == set(styles) and {layer for _, layer in turns} == set(LAYERS)
    assert len(set(turns)) == len(turns) == max(len(styles), len(LAYERS))
    first = [looks.control_first(*turn) for turn in turns]
    assert first == [looks.control_first(*turn) for turn in turns]
    assert len(styles) < 3 or {True, False} == set(first)


def layer(name: str, control: dict[str, Any] | None = None, **song: Any) -> dict[str, Any]:
    """A layer's row of a report."""
    sides = {"song": {"loudness_lufs": -20.0, "quiet_db": None, **song}, "control": control, "floor": {}}
    return {"layer": name, "timbre": "plain", "faults": [], **sides}


def entry(style: str, *layers: dict[str, Any], lufs: float = -14.0) -> page.Entry:
    """A song of the page."""
    report = {
        "bpm": 120.0, "key": "C major", "bars": 8, "judges": {"made up": "1"}, "notes": ["no pitch: install"],
        "layers": list(layers), "mix": {"song": {"loudness_lufs": lufs}, "control": None},
    }  # fmt: skip
    heard = {row["layer"]: Bars(3, 5) for row in layers}
    return page.Entry(style, "4/4", report, Bars(2, 6), heard, f"stemwright new {style}")


def test_a_figure_is_bold_where_it_is_worse_than_the_control_by_more_than_a_margin() -> None:
    notes, rough = (next(f for f in figures.FIGURES if f.key == key) for key in ("note_f", "roughness_db"))
    assert notes.cell(layer("lead", {"note_f": 0.62}, note_f=0.6)) == "0.60 (0.62)"
    assert notes.cell(layer("lead", {"note_f": 0.62}, note_f=0.4)) == "**0.40** (0.62)"
    assert notes.cell(layer("lead", note_f=0.4)) == "0.40" and notes.cell(layer("lead")) == ""
    assert notes.cell(layer("lead", {"note_f": 0.62}, note_f=None)) == "- (0.62)"
    assert rough.cell(layer("lead", {"roughness_db": 0.5}, roughness_db=3.0)) == "**3.0** (0.5)"
    assert rough.cell(layer("lead", {"roughness_db": 3.0}, roughness_db=0.5)) == "0.5 (3.0)"


def test_what_is_bad_is_counted() -> None:
    stems = [
        ("pop", layer("bass", {"note_f": 0.9, "comb_db": 1.0}, note_f=0.5, comb_db=1.0)),
        ("pop", layer("lead", {"note_f": 0.6, "comb_db": 1.0}, note_f=0.6, comb_db=0.5)),
        (
            "funk",
            layer("bass", {"note_f": 0.9, "comb_db": None}, note_f=0.7, comb_db=9.0) | {"faults": ["hums"]},
        ),
    ]
    assert bad.worse_than_control(stems).splitlines() == [
        "- **Written notes that a judge does not hear.** Note F: bass 0.60 (0.90), lead 0.60 (0.60). "
        "Worse by more than 0.05: 2 of 3 stems, most of all the bass (plain) in pop: 0.50 (0.90).",
        "- **In no stem worse than the control** by more than a small margin: comb.",
    ]
    assert bad.faults(stems) == "1 of the 3 stems: bass hums (funk)"
    assert bad.faults(stems[:2]).startswith("none of the 2 stems")
    mixes = [(style, {"song": {"loudness_lufs": lufs}}) for style, lufs in (("pop", -14.2), ("funk", -18.0))]
    assert bad.levels(mixes) == "1 of 2 mixes are not at -14 LUFS: funk (-18.0)"
    assert bad.levels(mixes[:1]).startswith("all 1 mixes")
    assert "there was none" in bad.worse_than_control([("pop", layer("bass", note_f=0.5))])


def test_the_page_says_what_made_it_what_is_missing_and_which_panel_was_which() -> None:
    songs = [entry("pop", layer("bass", {"note_f": 0.9}, note_f=0.5))]
    seen = [looks.Look("pop", "bass", "plain", Bars(3, 5), control_first=False)]
    text = page.page("listen", songs, page.Facts({"tone": "0123456789abcdef"}, "made up", True, 80.0, seen))
    assert "`0123456789ab`" in text and "made up 1" in text and "Left out here: no pitch: install" in text
    assert set(PLACE.findall(text)) <= headings(text)
    assert "![Two spectrograms, A and B: bass, plain, in pop](listen/pop-bass-look.png)" in text
    assert text.rstrip().endswith("1 (bass, plain, in pop): **B**\n\n</details>")
    alone = page.page("listen", songs, page.Facts({}, "no player", False, 80.0))
    assert "none (no player)" in alone and "blind" not in alone and "codec alone" not in alone


def install(folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random bundles of the old codec and its wide decoder, or of a tone codec, as the shipped ones."""
    if kind == "tone":
        write_tones(folder)
    else:
        write_all(folder)
        write_wide(folder, load_bundle(folder / "codec"))
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(folder))


def test_one_style_is_made_measured_and_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("stemwright.native._engine")
    import listen

    install(tmp_path / "weights", "tone", monkeypatch)
    monkeypatch.setattr("stemwright.assess.listening.songs.FORM", "verse:1")
    for module in (listen, sound):
        monkeypatch.setattr(module, "load_judges", lambda: (Judges(), ["no note F: install it"]))
    (tmp_path / "listen").mkdir()
    (tmp_path / "listen" / "old.mp3").write_bytes(b"")
    noise = (0.1 * np.random.default_rng(0).standard_normal((RATE, 2))).astype(np.float32)
    listen.make(["metal"], tmp_path / "listen", players.Player("noise", lambda made, state: noise, True))
    text = tmp_path / "listen.md"
    said = text.read_text(encoding="utf-8")
    assert [link for link in broken(text) if not link.endswith(".md")] == []
    names = {path.name for path in (tmp_path / "listen").iterdir()}
    assert names == {
        "metal-mix.mp3",
        "metal.png",
        *(f"metal-{name}{end}.mp3" for name in LAYERS for end in ("", "-rendering", "-codec")),
        *(f"metal-{name}-look.png" for name in LAYERS),
    }
    assert "$" not in said and set(PLACE.findall(said)) <= headings(said)
    assert "tone `" in said and "no note F: install it" in said
    assert "13 sound files" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["codec", "tone"])
def test_a_rendering_goes_through_the_codec_that_its_performer_speaks(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("stemwright.native._engine")
    install(tmp_path, kind, monkeypatch)
    score = Score.from_notes([Note(0, 240, 60, 90)])
    rendering = (0.1 * np.random.default_rng(0).standard_normal((2 * RATE, 2))).astype(np.float32)
    take = Take(1, 0, "plain", "0" * 64, "0" * 64, "0" * 64, 150, 1)
    made = Performed("lead", take, score, np.zeros_like(rendering))
    state = GlobalState.create(bpm="120", form="verse:1")
    coded = codec_alone.through(made, rendering, state)
    assert coded.shape == rendering.shape and coded.std() > 0.001
    rows, _ = codec_alone.codec_alone([made], {"lead": rendering}, state, Judges())
    assert [row["what"] for row in rows] == ["rendering", "codec", "performer"]
    assert list(bundled.identities()) == [*LAYERS, *(["tone"] if kind == "tone" else ["codec", "wide"])]


def test_without_a_player_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundfont, "FONTS", ())
    player, why = players.soundfont()
    assert player is None and "install" in why
    assert players.controls(player, [], GlobalState.create(form="verse:1")) == {}
