"""Training data from a folder that has a user's own music and instruments and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stemwright.dataset.build import build_data, check_data
from stemwright.dataset.credits import origin
from stemwright.dataset.shards import clips
from stemwright.dataset.timbres import ranges_of, timbres_of
from stemwright.dataset.widen import widen_data
from stemwright.errors import UsageError
from stemwright.instruments import palette
from stemwright.instruments.timbres import TIMBRES, recipe
from support import midi as m
from support.soundfonts import write_sf2, write_sfz


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a few MIDI files, an SFZ file and a soundfont; the machine has no soundfont."""
    monkeypatch.setattr(palette, "_has_soundfont", lambda soundfont: False)
    place = tmp_path / "stuff"
    write_sfz(place / "bass guitar")
    write_sf2(place / "font.sf2")
    for number in range(4):
        melody = m.chunk([(0, m.name("Melody")), *m.notes([60 + (7 * i + number) % 13 for i in range(96)])])
        low = m.chunk([(0, m.name("Bass")), *m.notes([40, 43] * 48, channel=1)])
        (place / f"{number}.mid").write_bytes(m.file(melody, low))
    return place


def test_own_music_on_own_instruments(folder: Path, tmp_path: Path) -> None:
    out, said = tmp_path / "data", list[str]()
    made = build_data(out, 0.01, 7, folder, workers=1, say=said.append)
    assert made["timbres"] == {"drums": ["kit"], "bass": ["tiny"], "harmony": ["sine"], "lead": ["sine"]}
    assert (
        set(made["sources"]) == {"arranger", "own", "etudes"} and said[-1] == "music: arranger, own, etudes"
    )
    for layer, timbre in (("drums", "kit"), ("bass", "tiny"), ("harmony", "sine"), ("lead", "sine")):
        found = clips(out, layer, "train")
        assert {clip.timbre for clip in found} == {timbre}
        assert clips(out, layer, "valid") and not clips(out, layer, "unseen")
        heard = {clip.meta["source"] for clip in found}
        assert heard == (
            {"arranger", "own", "etudes"} if layer in ("bass", "lead") else {"arranger", "etudes"}
        )
        low, high = ranges_of(out, layer).get(timbre, [0, 127])
        assert all(low <= n.pitch <= high for clip in found for n in clip.score().notes)
    assert check_data(out) == []
    licences, sources = origin(out, ["bass"])
    assert "bass guitar/tiny.sfz (own recordings)" in sources and "as they have them" in licences
    again = build_data(out, 0.01, 7, folder, workers=1)
    assert again == made
    assert widen_data(out, folder, 0.001, workers=1) > 0
    assert json.loads((out / "manifest.json").read_text())["timbres"] == made["timbres"]


def test_a_layer_that_nothing_plays_is_left_out(folder: Path, tmp_path: Path) -> None:
    (folder / "font.sf2").unlink()
    out, said = tmp_path / "data", list[str]()
    made = build_data(out, 0.005, 7, folder, workers=1, say=said.append)
    assert made["timbres"] == {"bass": ["tiny"]} and not (out / "lead").exists()
    assert "lead: nothing plays it, so there will be no data of it" in said
    assert timbres_of(out, "lead") == () and timbres_of(out, "bass") == ("tiny",)


def test_without_instruments_there_is_no_data(folder: Path, tmp_path: Path) -> None:
    (folder / "font.sf2").unlink()
    (folder / "bass guitar" / "tiny.sfz").unlink()
    with pytest.raises(UsageError, match="has no instruments"):
        build_data(tmp_path / "data", 0.005, 7, folder, workers=1)


def test_data_without_a_manifest_has_the_known_timbres(tmp_path: Path) -> None:
    assert timbres_of(tmp_path, "lead") == TIMBRES["lead"] and timbres_of(tmp_path, "zither") == ()
    assert ranges_of(tmp_path, "bass")["finger"] == list(recipe("bass", "finger").range)
    assert set(ranges_of(tmp_path, "bass")) == set(TIMBRES["bass"]) and ranges_of(tmp_path, "drums") == {}
