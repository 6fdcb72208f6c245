"""Takes that the sampler plays from a file of the user's: kept whole in the song, mixed with all others."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.errors import UsageError
from stemwright.exchange.exports import export_song
from stemwright.models import load_bundle
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.mix import mix_song
from stemwright.producer.use import use_take
from stemwright.shown.log import history
from stemwright.shown.reports import check, describe, list_takes
from stemwright.store import SongFolder
from support.bundles import write_wide
from support.songs import files
from support.soundfonts import write_sf2, write_sfz

WISH = Wish(bpm="240", form="verse:2", seed=1, title="A Tune")


@pytest.fixture(scope="module")
def template(_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song with a take of every layer, and two instruments beside it."""
    root = tmp_path_factory.mktemp("songs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_WEIGHTS", str(_weights))
        create(root / "song", WISH)
        generate(root / "song")
    write_sfz(root, "<region> sample=tone.wav lokey=0 hikey=127 pan=50\n")
    write_sf2(root / "tiny.sf2")
    return root


@pytest.fixture
def song(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "all")
    return tmp_path / "all" / "song"


def sfz(song: Path) -> str:
    return f"sampler:{song.parent / 'tiny.sfz'}"


def sf2(song: Path) -> str:
    return f"sampler:{song.parent / 'tiny.sf2'}"


def lead(path: Path) -> dict[str, object]:
    return describe(path)["layers"]["lead"]


def test_a_take_of_the_same_notes_played_by_the_sampler(song: Path) -> None:
    before = describe(song)["layers"]
    made = generate(song, ("lead",), player=sfz(song))
    after = describe(song)["layers"]
    assert (
        made["layers"]["lead"]["take"] == 2
        and after["lead"]["score_sha256"] == before["lead"]["score_sha256"]
    )
    assert after["lead"]["tokens_sha256"] is None and after["lead"]["audio_sha256"]
    assert after["lead"]["player"]["kind"] == "sampler" and after["lead"]["player"]["name"] == "tiny.sfz"
    assert {name for name in after if after[name] != before[name]} == {"lead"}
    assert generate(song, ("lead",), player=sfz(song))["run"] is None, "the same request again"
    (last,) = history(song)["runs"][-1:]
    assert last["command"] == "generate" and after["lead"]["audio_sha256"] in last["made"]
    assert check(song)["ok"]


def test_the_same_song_and_file_give_the_same_object(song: Path, template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path / "other")
    for path in (song, tmp_path / "other" / "song"):
        generate(path, ("lead",), player=sf2(path), seed=4)
    assert lead(song) == lead(tmp_path / "other" / "song")


def test_the_song_needs_nothing_outside_it(song: Path) -> None:
    generate(song, ("lead", "drums"), player=sf2(song))
    (song.parent / "tiny.sf2").unlink()
    mixed = mix_song(song, stems=True)
    audio, rate = soundfile.read(mixed["stems"]["lead"])
    assert rate == 24000 and np.abs(audio).max() > 0.05
    assert describe(song)["layers"]["drums"]["player"]["preset"] == "128:0 Kit"
    assert export_song(song)["stems"] and check(song)["ok"]


@pytest.mark.parametrize("quality", ["standard", "high"])
def test_stems_of_both_kinds_are_mixed_at_either_quality(
    song: Path, weights: Path, quality: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(weights, tmp_path / "weights")
    write_wide(tmp_path / "weights", load_bundle(weights / "codec"))
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    generate(song, ("lead",), player=sfz(song))
    made = mix_song(song, stems=True, quality=quality)
    audio, rate = soundfile.read(made["stems"]["lead"])
    assert audio.ndim == 2 and rate == made["sample_rate"]
    left, right = np.sqrt(np.mean(np.square(audio), axis=0))
    assert right > 1.5 * left > 0, "the pan is kept"
    lengths = {soundfile.info(file).frames for file in made["stems"].values()}
    assert lengths == {round(made["seconds"] * rate)}


def test_bars_change_only_this_layer_and_its_notes_there(song: Path) -> None:
    generate(song, ("lead",), player=sfz(song), seed=5)
    others = {name: layer for name, layer in describe(song)["layers"].items() if name != "lead"}
    with pytest.raises(UsageError, match="player sampler:FILE"):
        generate(song, ("lead",), bars="2")
    folder = SongFolder.open(song)
    old = folder.objects.get(lead(song)["score_sha256"])
    made = generate(song, ("lead",), player=sfz(song), bars="2", seed=8)
    assert made["layers"]["lead"]["take"] == 3
    assert {name: layer for name, layer in describe(song)["layers"].items() if name != "lead"} == others
    assert lead(song)["score_sha256"] and folder.objects.get(lead(song)["score_sha256"]) != old


def test_back_to_the_performer_and_its_timbre(song: Path) -> None:
    generate(song, ("lead",), timbre="bright")
    generate(song, ("lead",), player=sfz(song))
    assert lead(song)["timbre"] == "bright", "what the performer goes on in"
    generate(song, ("lead",), seed=11)
    assert list_takes(song, "lead")["layers"]["lead"][-1]["timbre"] == "bright"
    assert use_take(song, "lead", 3)["player"]["name"] == "tiny.sfz"
    assert generate(song, ("lead",), timbre="plain")["layers"]["lead"]["player"] is None
    assert check(song)["ok"]


def test_a_mix_with_another_player_leaves_the_takes(song: Path) -> None:
    plain = soundfile.read(mix_song(song, stems=True)["stems"]["lead"])[0]
    before = describe(song)
    made = mix_song(song, stems=True, players=(f"lead={sfz(song)}", f"drums={sf2(song)}"))
    assert np.abs(soundfile.read(made["stems"]["lead"])[0] - plain).max() > 0.01
    assert made["stems"]["lead"].endswith("_Lead_played_240bpm_F#min.wav"), "the take's own stem stays"
    assert describe(song) == before and check(song)["ok"]
    details = SongFolder.open(song).runs.list()[-1]["details"]
    assert soundfile.read(mix_song(song, stems=True)["stems"]["lead"])[0].tobytes() == plain.tobytes()
    assert (
        details["players"]["lead"]["name"] == "tiny.sfz"
        and details["players"]["drums"]["preset"] == "128:0 Kit"
    )


def test_what_does_not_sound_is_said(song: Path) -> None:
    path = song.parent / "tiny.sfz"
    notes = list(SongFolder.open(song).objects.get(lead(song)["score_sha256"]))
    pitches = sorted(set(notes[8 + 8 :: 10]))
    path.write_text(f"<region> sample=tone.wav key={pitches[0]}\n")
    (said,) = generate(song, ("lead",), player=sfz(song))["layers"]["lead"]["remarks"]
    assert "notes do not sound: tiny.sfz has keys" in said
    path.write_text("<region> sample=tone.wav key=1\n")
    with pytest.raises(UsageError, match=r"none of its .* notes sounds"):
        generate(song, ("lead",), player=sfz(song))
    (said,) = generate(song, ("drums",), player=sf2(song) + "#0:0")["layers"]["drums"]["remarks"][-1:]
    assert "is no drum kit" in said


@pytest.mark.parametrize(
    ("layers", "options", "word"),
    [
        (("lead",), {"player": "piano"}, "write sampler:FILE"),
        (("lead",), {"player": "sampler:"}, "write sampler:FILE"),
        (("lead",), {"player": "sampler:none.sfz"}, "no such file"),
        ((), {"player": "sampler:none.sfz"}, "name the layers"),
        (("lead",), {"player": "sampler:none.sfz", "timbre": "plain"}, "drop one"),
        (("horn",), {"player": "sampler:none.sfz"}, "drums, bass, harmony, lead"),
    ],
)
def test_wrong_requests(song: Path, layers: tuple[str, ...], options: dict[str, str], word: str) -> None:
    before = files(song)
    with pytest.raises(UsageError, match=word):
        generate(song, layers, **options)  # type: ignore[arg-type]
    assert files(song) == before


@pytest.mark.parametrize(
    ("players", "word"),
    [
        (("lead",), "LAYER=sampler:FILE"),
        (("horn=sampler:x.sfz",), "no layer with a take"),
        (("lead=sampler:x.sfz",), "no such file"),
    ],
)
def test_wrong_players_of_a_mix(song: Path, players: tuple[str, ...], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        mix_song(song, players=players)


def test_verify_finds_damage(song: Path) -> None:
    generate(song, ("lead",), player=sfz(song))
    file = SongFolder.open(song).objects.file(str(lead(song)["audio_sha256"]))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert "the object is damaged" in check(song)["problems"][0]
    file.unlink()
    assert "its audio is missing" in check(song)["problems"][0]
