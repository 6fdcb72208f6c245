"""Songs of other layers than the known four: `--layers`, made in any order, and what the four keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.errors import UsageError
from stemwright.producer.create import Wish, create, draft, further, require_same
from stemwright.producer.generate import generate
from stemwright.producer.mix import mix_song
from stemwright.song.layers import LAYERS
from stemwright.store import SongFolder
from support.songs import token_shas

WISH = Wish(bpm="240", form="verse:2 chorus:2", seed=1, style="soul")
BAND = "drums,bass,harmony,lead,percussion,brass,counter"
Captured = pytest.CaptureFixture[str]


def scores(path: Path) -> dict[str, str]:
    folder = SongFolder.open(path)
    return {name: score.sha256 for name, score in folder.scores(folder.load()).items()}


def wish(layers: str | None) -> Wish:
    return Wish(WISH.bpm, form=WISH.form, seed=1, style="soul", layers=layers)


def test_one_by_one_in_any_order_is_all_at_once(tmp_path: Path) -> None:
    """Brass made before the lead hears the lead that will be. The known four are as without others."""
    for name, layers in (("all", BAND), ("single", BAND), ("four", None)):
        create(tmp_path / name, wish(layers))
    generate(tmp_path / "all")
    generate(tmp_path / "four")
    for layer in ("counter", "brass", "lead", "percussion", "drums", "harmony", "bass"):
        generate(tmp_path / "single", (layer,))
    assert scores(tmp_path / "single") == scores(tmp_path / "all")
    assert {layer: scores(tmp_path / "all")[layer] for layer in LAYERS} == scores(tmp_path / "four")
    assert token_shas(tmp_path / "all") == token_shas(tmp_path / "single")


def test_a_part_hears_the_lead_that_plays(tmp_path: Path) -> None:
    path = tmp_path / "song"
    create(path, wish("drums,lead,counter"))
    generate(path)
    before = scores(path)
    generate(path, ("lead",), seed=5)
    kept = scores(path)
    assert kept["counter"] == before["counter"], "another lead leaves the other layers as they are"
    first = SongFolder.open(path).load().layers["counter"].takes[0]
    generate(path, ("counter",), seed=first.seed + 1)
    generate(path, ("counter",), seed=first.seed)
    assert scores(path)["counter"] != before["counter"], "the same seed, beside another lead"


def test_entries_of_parts(tmp_path: Path) -> None:
    """No two layers of a kind stand in one place; kinds are kept where names do not say them."""
    song = draft(tmp_path, wish("drums,bass,harmony,lead,percussion,pad,guitar2,brass,counter"))
    assert song.roles["pad"] == "harmony:pad" and song.roles["percussion"] == "percussion"
    assert song.layers["drums"].settings == {}, "the four are as ever"
    pans = [song.layers[name].pan for name in ("pad", "guitar2", "brass")]
    assert len({-0.4, *pans}) == 4 and song.layers["pad"].gain_db < 0
    assert song.layers["counter"].pan == -0.35


def test_timbres_of_parts(tmp_path: Path) -> None:
    given = Wish(layers="bass,pad", timbres=("pad=bright",))
    assert draft(tmp_path, given).layers["pad"].timbre == "bright"
    with pytest.raises(UsageError, match="layer 'lead' is not one of bass, pad"):
        draft(tmp_path, Wish(layers="bass,pad", timbres=("lead=bright",)))


def test_usual_layers_are_offered() -> None:
    assert further(Wish(style="salsa"))[4:] == ("percussion", "brass")
    assert further(Wish(style="salsa", layers="bass")) == further(Wish(style="jazz")) == further(Wish()) == ()
    assert list(draft(Path("x"), Wish(style="salsa", layers="usual")).layers)[4:] == ["brass", "percussion"]
    assert list(draft(Path("x"), Wish(layers="usual")).layers) == list(LAYERS)


@pytest.mark.parametrize("layers", ["bass", "lead", "bass,pad", "voice:lead,drums"])
def test_few_layers(tmp_path: Path, layers: str) -> None:
    path = tmp_path / "song"
    create(path, wish(layers))
    generate(path)
    assert all(score.notes for score in SongFolder.open(path).scores(SongFolder.open(path).load()).values())
    assert set(mix_song(path, stems=True)["stems"]) == {part.partition(":")[0] for part in layers.split(",")}


def test_a_song_of_other_layers_is_another(tmp_path: Path) -> None:
    song = draft(tmp_path, wish("drums,pad"))
    require_same(tmp_path, song, wish(None))
    require_same(tmp_path, song, wish("pad:harmony,drums"))
    with pytest.raises(UsageError, match=r"is a song with layers drums, pad, not drums, bass, harmony, lead"):
        require_same(tmp_path, song, wish("drums,bass,harmony,lead"))


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ("drums,zither", "--layers: what is 'zither'?"),
        ("", "--layers: names no layer"),
        ("bass,bass", "--layers: 'bass' is given twice"),
        (",".join(f"pad-{number}" for number in range(40)), "--layers: 40 layers given; give at most 16"),
    ],
)
def test_bad_layers_are_one_line(tmp_path: Path, capsys: Captured, layers: str, said: str) -> None:
    assert run(["new", str(tmp_path / "song"), "--layers", layers]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and not (tmp_path / "song").exists()


def test_what_is_usual_is_said(tmp_path: Path, capsys: Captured) -> None:
    path = str(tmp_path / "song")
    assert run(["new", path, "--style", "ska", "--layers", "drums,lead"]) == 0
    assert "usual in this style" not in capsys.readouterr().out
    assert run(["new", path + "2", "--style", "ska"]) == 0
    told = "usual in this style, with --layers usual: drums, bass, harmony, lead, brass"
    assert told in capsys.readouterr().out
