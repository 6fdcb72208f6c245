"""Songs played in a personal style: another take, told by its run, exact, and nothing at strength 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.errors import UsageError
from stemwright.models import load_bundle
from stemwright.models.merging import merge_style
from stemwright.models.personal import described, remove_style
from stemwright.producer import bundles
from stemwright.producer.create import Wish, create
from stemwright.producer.details import of_take
from stemwright.producer.generate import generate
from stemwright.shown.reports import check, describe
from stemwright.store import SongFolder

pytest.importorskip("stemwright.native._engine")

from support.bundles import write_all
from support.personal import write_style


@pytest.fixture
def song(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A song whose bass has a take, and a style of that bass."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    write_all(tmp_path / "weights")
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    write_style("mine", bundles.performer("bass"))
    path = tmp_path / "song"
    create(path, Wish(bpm="240", form="verse:2", seed=1, title="A Tune"))
    generate(path, ("bass", "lead"))
    return path


def tokens(path: Path, layer: str = "bass") -> str:
    return str(describe(path)["layers"][layer]["tokens_sha256"])


def told(path: Path) -> object:
    folder = SongFolder.open(path)
    take = folder.load().layers["bass"].active
    assert take is not None
    made = of_take(folder, "bass", take)
    assert made is not None
    return made.by.to_json().get("style")


def test_a_style_makes_another_take_of_the_same_notes(song: Path) -> None:
    plain, lead = describe(song)["layers"]["bass"], tokens(song, "lead")
    generate(song, style_of="mine", strength=0.8)
    styled = describe(song)["layers"]["bass"]
    assert styled["take"] == 2 and styled["tokens_sha256"] != plain["tokens_sha256"]
    assert styled["timbre"] == "bright", "the timbre that it was learnt beside"
    assert tokens(song, "lead") == lead, "which has no part in it"
    record = told(song)
    assert isinstance(record, dict) and (record["name"], record["strength"]) == ("mine", 0.8)
    assert generate(song, style_of="mine", strength=0.8)["run"] is None, "it is there already"
    generate(song, style_of="mine", strength=0.4)
    assert tokens(song) != styled["tokens_sha256"]
    assert not check(song)["problems"]


def test_strength_0_gives_the_tokens_of_none(song: Path, tmp_path: Path) -> None:
    assert generate(song, ("bass",), style_of="mine", strength=0.0)["run"] is None, "as it is already"
    generate(song, ("bass",), style_of="mine", strength=1.0, timbre="plain")
    generate(song, ("bass",), style_of="mine", strength=0.0)
    other = tmp_path / "other"
    create(other, Wish(bpm="240", form="verse:2", seed=1, title="A Tune"))
    for timbre in ("plain", "bright", "plain"):
        generate(other, ("bass",), timbre=timbre)
    assert describe(other)["layers"]["bass"]["take"] == describe(song)["layers"]["bass"]["take"] == 3
    assert tokens(song) == tokens(other) and told(song) is None


def test_the_same_style_and_seed_give_the_same_tokens(song: Path, tmp_path: Path) -> None:
    generate(song, ("bass",), style_of="mine")
    other = tmp_path / "other"
    create(other, Wish(bpm="240", form="verse:2", seed=1, title="A Tune"))
    generate(other, ("bass", "lead"))
    generate(other, ("bass",), style_of="mine")
    assert tokens(other) == tokens(song)


def test_what_cannot_be_is_told_in_a_line(song: Path) -> None:
    for options, said in (
        ({"style_of": "yours"}, "not known"),
        ({"style_of": "../mine"}, "must be a small letter"),
        ({"style_of": "mine", "layers": ("lead",)}, "has no part for lead"),
        ({"style_of": "mine", "strength": -1.0}, "is not a number from 0 to 2"),
        ({"style_of": "mine", "strength": float("inf")}, "is not a number from 0 to 2"),
    ):
        with pytest.raises(UsageError, match=said) as caught:
            generate(song, **options)  # type: ignore[arg-type]
        assert "\n" not in str(caught.value) and caught.value.exit_code == 2
    write_style("other", bundles.performer("bass"), base="0" * 64)
    with pytest.raises(UsageError, match="learnt beside the performer 000000000000"):
        generate(song, style_of="other")
    assert describe(song)["layers"]["bass"]["take"] == 1


def test_list_export_and_remove(song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [f["name"] for f in described()] == ["mine"]
    assert run(["personal", "list"]) == 0 and "mine" in capsys.readouterr().out
    assert run(["personal", "export", "mine", str(tmp_path / "out")]) == 0
    assert load_bundle(tmp_path / "out", kind="adapter").manifest.name == "mine"
    assert run(["personal", "export", "mine", str(tmp_path / "out")]) == 2
    assert run(["personal", "remove", "mine"]) == 0 and described() == []
    with pytest.raises(UsageError, match="not known"):
        remove_style("mine")


def test_merged_bundles_play(song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stemwright.models.personal import one_part

    part = one_part("mine", None)
    made = merge_style(part, tmp_path / "merged", 0.8, 3)
    again = merge_style(part, tmp_path / "again", 0.8, 3)
    assert made.sha256 == again.sha256
    assert made.sha256 != merge_style(part, tmp_path / "seed", 0.8, 4).sha256
    base = bundles.performer("bass")
    assert (
        load_bundle(tmp_path / "merged", kind="performer").manifest.architecture == base.manifest.architecture
    )
