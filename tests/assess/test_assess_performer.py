"""A performer's figures: what the fabricated clips play is right, what random weights play is not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stemwright.assess.codec.coders import Coder, Waveform
from stemwright.assess.performer.measuring import assess_performer, load_performer, perform
from stemwright.assess.performer.tables import performer_tables
from stemwright.assess.performer.variants import performer_contender
from stemwright.codec.codec import Codec
from stemwright.dataset.held_out import references
from stemwright.errors import StemwrightError, UsageError
from stemwright.evaluation.reference import Reference
from stemwright.models import Bundle, load_bundle
from support.bundles import write_codec
from support.performers import TIMBRES

pytest.importorskip("stemwright.native._engine")


@pytest.fixture(scope="module")
def codec(weights: Path) -> Coder:
    return Waveform(Codec.load(weights / "codec"))


def drawn(held_out: Path, layer: str, count: int = 2) -> list[Reference]:
    return list(references(held_out, "valid", count, 0, [layer], TIMBRES))


@pytest.fixture(scope="module")
def lead(weights: Path) -> Bundle:
    return load_bundle(weights / "lead", kind="performer")


def test_a_report(lead: Bundle, codec: Coder, held_out: Path) -> None:
    clips = drawn(held_out, "lead")
    report, heard = assess_performer(performer_contender(lead, [1.0, 2.0]), codec, clips, seed=3)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert (report["layer"], report["clips"], report["split"]) == ("lead", 2, ["valid"])
    rows = {(row["what"], row["guidance"]): row for row in report["rows"]}
    assert list(rows) == [
        ("rendering", None), ("codec", None), ("generated", 1.0), ("generated", 2.0), ("floor", 1.0),
    ]  # fmt: skip
    control, generated = rows["rendering", None], rows["generated", 1.0]
    assert control["f1"] > 0.8 and control["pitch"] > 0.9 and control["sounding"] == 1
    assert generated["f1"] < control["f1"]
    assert generated["f1_share"] == pytest.approx(generated["f1"] / control["f1"], abs=2e-3)
    assert report["free"]["clips"] == 2 and report["free"]["control"] > 0.9
    assert {row["timbre"] for row in report["timbres"]} <= set(TIMBRES)
    assert len(heard[0].generated[0].stem.audio) == len(clips[0].audio)
    tables = performer_tables(report)
    assert tables[0].title.startswith("lead ") and any("energy in the key" in n for n in tables[0].notes)


def test_the_seed_decides(lead: Bundle, codec: Coder, held_out: Path) -> None:
    (clip,) = drawn(held_out, "lead", 1)
    one, two, other = (
        assess_performer(performer_contender(lead), codec, [clip], seed=seed)[0] for seed in (1, 1, 2)
    )
    assert one == two and one["rows"] != other["rows"]
    assert [row["what"] for row in one["rows"]] == ["rendering", "codec", "generated"]


def test_drums_have_no_pitch_and_harmony_has_chords(weights: Path, codec: Coder, held_out: Path) -> None:
    for layer, known in (("drums", set()), ("harmony", {"chroma"}), ("bass", {"pitch"})):
        bundle, _ = load_performer(str(weights / layer), codec)
        report, _ = assess_performer(performer_contender(bundle), codec, drawn(held_out, layer, 1))
        assert {"chroma", "pitch"} & set(report["rows"][0]) == known
        assert (report["free"] is None) == (layer == "drums")


def test_performed_as_in_a_song(
    weights: Path, lead: Bundle, codec: Coder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same state, score, timbre, seed: the very samples of the song's stem."""
    from stemwright.producer.create import Wish, create
    from stemwright.producer.decoders import Decoders
    from stemwright.producer.generate import generate
    from stemwright.producer.heard_stems import decode
    from stemwright.song.score import Score
    from stemwright.store import SongFolder

    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    create(tmp_path / "song", Wish(bpm="200", form="verse:2", seed=5, timbres=(f"lead={TIMBRES[1]}",)))
    generate(tmp_path / "song", ("lead",))
    folder = SongFolder.open(tmp_path / "song")
    song = folder.load()
    take = song.layers["lead"].active
    assert take is not None and take.take == 1
    score = Score.from_bytes(folder.objects.get(take.score_sha256))
    clip = Reference("lead", "valid", "x", "x", take.timbre, song.state, score, np.zeros(1, np.float32))
    made = perform(codec, clip, performer_contender(lead).variants[0].play, take.seed)
    assert np.array_equal(made, decode(folder, {"lead": take}, Decoders("standard"))["lead"])


def test_clips_of_others_are_refused(lead: Bundle, codec: Coder, held_out: Path) -> None:
    (clip,) = drawn(held_out, "lead", 1)
    for wrong in (replace(clip, layer="bass"), replace(clip, timbre="unheard of")):
        with pytest.raises(UsageError, match="cannot play"):
            assess_performer(performer_contender(lead), codec, [wrong])
    with pytest.raises(UsageError, match="seed -1"):
        assess_performer(performer_contender(lead), codec, [clip], seed=-1)
    with pytest.raises(UsageError, match="guidance"):
        performer_contender(lead, [-1.0])


def test_another_codec_is_refused(weights: Path, tmp_path: Path) -> None:
    other = Waveform(Codec(write_codec(tmp_path, seed=9)))
    with pytest.raises(StemwrightError, match="trained on tokens of codec"):
        load_performer(str(weights / "lead"), other)
    with pytest.raises(UsageError, match="a performer is needed"):
        load_performer(str(weights / "codec"), other)
