"""What runs tell of what they did: the very keys of the records, read back with every type checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.cli.main import run
from stemwright.errors import StemwrightError
from stemwright.exchange.exports import export_song
from stemwright.exchange.imports import import_midi
from stemwright.producer.asked import Asked
from stemwright.producer.compose import compose
from stemwright.producer.create import Wish, create
from stemwright.producer.details import (
    ByPerformer,
    BySampler,
    ComposedScore,
    GeneratedTake,
    ImportedScore,
    LayerDetails,
    RemovedLayer,
    ReturnedLayer,
    UsedTake,
    WrittenMix,
    WrittenStems,
    of_layer,
    to_json,
)
from stemwright.producer.generate import generate
from stemwright.producer.mix import mix_song
from stemwright.producer.remove import bring_back, remove_layer
from stemwright.producer.use import use_take
from stemwright.store import SongFolder
from stemwright.store.records import seal
from support import midi
from support.soundfonts import write_sfz

WISH = Wish(bpm="240", form="verse:2", seed=1, title="A Tune")
SAMPLING = {"temperature": 0.9, "top_k": 64, "top_p": 1.0, "guidance": 1.0, "guided_codebooks": 65535}
TOKENS = ByPerformer("plain", SAMPLING, "b" * 64, "c" * 64, "d" * 64)
PLAYER = {"kind": "sampler", "name": "x.sfz", "preset": "", "sha256": "e" * 64}
SOUND = BySampler(PLAYER, "f" * 64)
TAKE = GeneratedTake(
    TOKENS, 2, 7, "5-8", 1, "a" * 64, 1.25, False, "k", "composer", "g" * 64, ((1, 4, 1), (5, 8, 3))
)
TAKE_JSON = {
    "timbre": "plain", "sampling": SAMPLING, "bundle": "b" * 64, "codec": "c" * 64, "tokens": "d" * 64,
    "take": 2, "seed": 7, "bars": "5-8", "base": 1, "score": "a" * 64, "seconds": 1.25, "reused": False,
    "key": "k", "writer": "composer", "composer": "g" * 64, "written": [[1, 4, 1], [5, 8, 3]],
}  # fmt: skip
SOUND_JSON = {
    "player": PLAYER, "audio": "f" * 64, "take": 1, "seed": 7, "bars": None, "base": None, "score": "a" * 64,
    "seconds": 2.0, "reused": True, "key": "k", "writer": "given", "composer": None, "written": None,
}  # fmt: skip
OLD_JSON = {name: value for name, value in TAKE_JSON.items() if name not in ("writer", "composer", "written")}
"""As the first versions told of a take, which had no choice of who writes."""


@pytest.mark.parametrize(
    ("command", "told", "plain"),
    [
        ("generate", TAKE, TAKE_JSON),
        (
            "generate",
            GeneratedTake(SOUND, 1, 7, None, None, "a" * 64, 2.0, True, "k", "given", None, None),
            SOUND_JSON,
        ),
        (
            "compose",
            ComposedScore("a" * 64, 9, "b" * 64, ((1, 2, 3),)),
            {"score": "a" * 64, "notes": 9, "composer": "b" * 64, "written": [[1, 2, 3]]},
        ),
        (
            "import",
            ImportedScore(2, 16, "a" * 64, "plain"),
            {"track": 2, "notes": 16, "score": "a" * 64, "timbre": "plain"},
        ),
        (
            "import",
            ImportedScore((2, 3), 16, "a" * 64),
            {"track": [2, 3], "notes": 16, "score": "a" * 64, "timbre": ""},
        ),
        ("use", UsedTake(1, 2), {"take": 1, "before": 2}),
        ("use", UsedTake(1, None), {"take": 1, "before": None}),
        ("remove", RemovedLayer(None, 0), {"take": None, "takes": 0}),
        ("remove", ReturnedLayer(13), {"undone": 13}),
    ],
)
def test_of_layers(command: str, told: LayerDetails, plain: dict[str, Any]) -> None:
    assert to_json({"lead": told}) == {"lead": plain}
    record = {"run": 1, "command": command, "details": json.loads(json.dumps({"lead": plain}))}
    assert of_layer(record, "lead") == told and of_layer(record, "bass") is None


def test_of_what_sounds() -> None:
    stems = WrittenStems({"lead": 2}, {"lead": None}, 48000)
    plain: dict[str, Any] = {"takes": {"lead": 2}, "decoders": {"lead": None}, "sample_rate": 48000}
    assert to_json(stems) == plain
    mix = WrittenMix({"lead": 2}, {"lead": -3.5}, 1.5, -14.0, -1.0, True, {"lead": None}, 48000)
    plain |= {"gains_db": {"lead": -3.5}, "limiting_db": 1.5, "loudness_lufs": -14.0, "true_peak_dbtp": -1.0}
    plain |= {"reached": True}
    assert to_json(mix) == plain and WrittenMix.from_json(plain, "x") == mix
    played = WrittenMix.from_json({**plain, "players": {"lead": PLAYER}}, "x")
    assert to_json(played) == {**plain, "players": {"lead": PLAYER}}


@given(
    st.builds(
        GeneratedTake,
        by=st.one_of(
            st.builds(ByPerformer, sampling=st.dictionaries(st.text(), st.floats(allow_nan=False))),
            st.builds(BySampler),
        ),
        seconds=st.floats(allow_nan=False),
    )
)
def test_there_and_back(told: GeneratedTake) -> None:
    plain = json.loads(json.dumps(told.to_json()))
    assert GeneratedTake.from_json(plain, "x") == told and told.to_json() == plain


def test_old_runs_tell_less() -> None:
    told = of_layer({"run": 1, "command": "generate", "details": {"lead": OLD_JSON}}, "lead")
    assert isinstance(told, GeneratedTake) and isinstance(told.by, ByPerformer)
    assert (told.writer, told.composer, told.written) == ("arranger", None, None)
    score = {"score": "a" * 64, "notes": 9}
    assert of_layer({"run": 1, "command": "compose", "details": {"lead": score}}, "lead") == ComposedScore(
        "a" * 64, 9
    )
    assert of_layer({"run": 1, "command": "import", "details": {"lead": {**score, "track": 1}}}, "lead")
    assert of_layer({"run": 1, "command": "generate"}, "lead") is None
    mix = {"run": 1, "command": "mix", "details": {"takes": {"lead": 1}}}
    assert of_layer(mix, "takes") is None, "no layer of that name"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"take": "2"}, "lead.take: '2' is not a whole number"),
        ({"take": True}, "lead.take: True is not a whole number"),
        ({"seconds": None}, "lead.seconds: None is not a number"),
        ({"bars": 5}, "lead.bars: 5 is not a text"),
        ({"reused": 1}, "lead.reused: 1 is not true or false"),
        ({"sampling": []}, "lead.sampling: [] is not an object"),
        ({"sampling": {"top_k": "x"}}, "lead.sampling.top_k: 'x' is not a number"),
        ({"written": [[1, 2]]}, "lead.written: [1, 2] is not a list of 3"),
        ({"written": 1}, "lead.written: 1 is not a list"),
        ({"player": {"kind": 1}}, "lead.player.kind: 1 is not a text"),
    ],
)
def test_damaged_details(change: dict[str, Any], said: str) -> None:
    record = {"run": 3, "command": "generate", "details": {"lead": {**TAKE_JSON, **change}}}
    with pytest.raises(StemwrightError) as error:
        of_layer(record, "lead")
    assert str(error.value) == f"runs/000003.json: details.{said}; restore the file from a copy"


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ([], "details: [] is not an object"),
        ({"lead": 7}, "details.lead: 7 is not an object"),
        ({"lead": {}}, "details.lead.timbre: is missing"),
    ],
)
def test_no_details(details: object, said: str) -> None:
    with pytest.raises(StemwrightError, match=said.replace("[", r"\[")):
        of_layer({"run": 1, "command": "generate", "details": details}, "lead")


def test_every_run_of_a_song_reads_back(tmp_path: Path) -> None:
    """As it was written, byte for byte."""
    song = tmp_path / "song"
    create(song, WISH)
    generate(song)
    compose(song, Asked(("bass",), "2", seed=3))
    generate(song)
    (tmp_path / "tune.mid").write_bytes(midi.band(bars=2))
    import_midi(song, tmp_path / "tune.mid", tracks=("1=drums", "2=bass", "3=bass"))
    write_sfz(tmp_path, "<region> sample=tone.wav lokey=0 hikey=127\n")
    sampler = f"sampler:{tmp_path / 'tiny.sfz'}"
    generate(song, ("lead",), player=sampler)
    use_take(song, "lead", 1)
    mix_song(song, players=(f"lead={sampler}",))
    export_song(song, stems=True)
    remove_layer(song, "lead")
    bring_back(song, "lead")
    for record in SongFolder.open(song).runs.list():
        command, details = record["command"], record["details"]
        if command in ("mix", "export"):
            kind = WrittenMix if command == "mix" else WrittenStems
            assert kind.from_json(details, "x").to_json() == details
            continue
        for layer in record["layers"]:
            told = of_layer(record, layer)
            assert told is not None and told.to_json() == details[layer]


def test_a_damaged_record_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = tmp_path / "song"
    create(song, WISH)
    generate(song)
    record = SongFolder.open(song).runs.read(1)
    record["details"]["lead"]["codec"] = 5
    record.pop("sha256")
    (song / "runs" / "000001.json").write_bytes(seal(record))
    assert run(["mix", str(song)]) == 1
    said = "error: runs/000001.json: details.lead.codec: 5 is not a text; restore the file from a copy\n"
    assert capsys.readouterr().err == said
