"""Layers whose notes nobody has performed yet: mix, export and show say so, and nothing is silent unsaid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.exchange.exports import export_song
from stemwright.exchange.imports import import_midi
from stemwright.producer.asked import Asked
from stemwright.producer.compose import compose
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.mix import mix_song
from stemwright.producer.use import use_take
from stemwright.shown.reports import check, describe
from stemwright.store import SongFolder
from support import midi

WISH = Wish(bpm="240", form="verse:3", seed=1, title="A Tune")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    create(tmp_path / "song", WISH)
    return tmp_path / "song"


@pytest.fixture
def song(bare: Path) -> Path:
    generate(bare)
    return bare


def give(song: Path, layer: str = "lead") -> None:
    file = song.parent / "tune.mid"
    file.write_bytes(midi.band(bars=3))
    import_midi(song, file, tracks=(f"4={layer}",))


def last_takes(song: Path) -> dict[str, int]:
    """The takes that the last run, a mix, was made of."""
    runs = SongFolder.open(song).runs
    found: dict[str, int] = runs.read(max(runs.numbers()))["details"]["takes"]
    return found


@pytest.mark.parametrize("how", ["import", "compose", "compose bars"])
def test_new_notes_sound_as_before_until_they_are_performed(song: Path, how: str) -> None:
    if how == "import":
        give(song)
    else:
        compose(song, Asked(("lead",), "2" if how == "compose bars" else None, seed=5))
    (told,) = (mixed := mix_song(song, stems=True))["stale"]
    assert told == {
        "layer": "lead", "reason": "unperformed", "take": 1, "bars": [],
        "next": f"stemwright generate {song} lead",
    }  # fmt: skip
    assert mixed["remarks"] == [
        f"lead: its notes are not performed yet, take 1 sounds; next: stemwright generate {song} lead"
    ]
    assert set(mixed["stems"]) == {"drums", "bass", "harmony", "lead"} and last_takes(song)["lead"] == 1
    assert describe(song)["stale"] == [told]
    made = export_song(song, stems=True, to=song.parent / "out")
    assert made["stale"] == [told] and Path(made["stems"]["lead"]).is_file()
    generate(song)
    assert mix_song(song)["stale"] == describe(song)["stale"] == [] and last_takes(song)["lead"] == 2
    assert export_song(song, midi=True)["stale"] == [] and check(song)["ok"]


def test_what_cannot_sound_is_named(bare: Path) -> None:
    give(bare)
    generate(bare, ("bass",))
    mixed = mix_song(bare, stems=True)
    assert [(told["layer"], told["reason"], told["take"]) for told in mixed["stale"]] == [
        ("drums", "unmade", None), ("harmony", "unmade", None), ("lead", "unperformed", None),
    ]  # fmt: skip
    assert list(mixed["stems"]) == ["bass"] and len(mixed["remarks"]) == 3
    assert [told["layer"] for told in describe(bare)["stale"]] == ["lead"], "show's table has the others"


def test_the_take_that_sounds_is_the_nearest_to_the_notes(song: Path) -> None:
    generate(song, ("lead",), seed=8)
    generate(song, ("lead",), timbre="bright")
    use_take(song, "lead", 1)
    compose(song, Asked(("lead",), "3", seed=5))
    assert mix_song(song)["stale"][0]["take"] == 1, "it is take 1 with another bar 3"
    use_take(song, "lead", 2)
    compose(song, Asked(("lead",), "3", seed=5))
    assert mix_song(song)["stale"][0]["take"] == 2, "take 3 has the same notes in another timbre"


def test_as_typed(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    give(song)
    line = f"lead: its notes are not performed yet, take 1 sounds; next: stemwright generate {song} lead\n"
    for words in (("mix",), ("show",), ("export", "--stems")):
        assert run([words[0], str(song), *words[1:]]) == 0
        assert line in capsys.readouterr().out
    assert run(["mix", str(song), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stale"][0]["layer"] == "lead"
    assert run(["generate", str(song), "lead"]) == 0
    capsys.readouterr()
    assert run(["mix", str(song)]) == 0
    assert "lead" not in capsys.readouterr().out


def test_no_takes_at_all(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    give(bare)
    assert run(["mix", str(bare)]) == 2
    assert "no layer has a take yet; make them with: stemwright generate DIR" in capsys.readouterr().err


def test_imported_again_after_another_take_was_chosen(song: Path) -> None:
    give(song)
    generate(song)
    given = describe(song)["layers"]["lead"]["score_sha256"]
    give(song)
    assert describe(song)["stale"] == [] and generate(song)["run"] is None, "take 2 plays just these notes"
    use_take(song, "lead", 1)
    give(song)
    assert [told["layer"] for told in describe(song)["stale"]] == ["lead"]
    assert generate(song)["layers"]["lead"]["how"] != "kept"
    assert describe(song)["layers"]["lead"]["score_sha256"] == given and check(song)["ok"]
