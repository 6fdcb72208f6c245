"""Takes by the flow: made, recorded, repeated, edited by bars, and kept by who plays again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stemwright.codec import tokens as container
from stemwright.errors import UsageError
from stemwright.models import Bundle
from stemwright.producer.bars import Span
from stemwright.producer.create import Wish, create
from stemwright.producer.details import ByPerformer, of_take
from stemwright.producer.generate import generate
from stemwright.store import SongFolder
from stemwright.store.verify import verify
from support.flows import write_flow
from support.sounding import write_sounding
from support.tones import write_tones

pytest.importorskip("onnx")
pytest.importorskip("stemwright.native._engine")


@pytest.fixture
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    folder = tmp_path / "weights"
    text = write_sounding(folder, 512)
    bundle = write_flow(folder, write_tones(folder), text=text.sha256)
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(folder))
    return bundle


@pytest.fixture
def song(tmp_path: Path, flow: Bundle) -> Path:
    path = tmp_path / "song"
    create(path, Wish(bpm="240", form="verse:4", seed=1, title="A Tune"))
    generate(path, player="flow")
    return path


def tokens(path: Path, layer: str) -> np.ndarray:
    folder = SongFolder(path)
    take = folder.load().layers[layer].active
    assert take is not None
    return container.from_canonical(folder.objects.get(take.content_sha256))


def test_every_layer_is_played_and_the_run_tells_by_whom(song: Path, flow: Bundle) -> None:
    folder = SongFolder(song)
    for layer, entry in folder.load().layers.items():
        take = entry.active
        assert take is not None and take.bundle_sha256 == flow.sha256
        told = of_take(folder, layer, take)
        assert told is not None and isinstance(told.by, ByPerformer)
        assert str(told.by.runtime).startswith("ONNX Runtime ")
        assert told.by.sampling == {
            "steps": 4, "guidance": 1.5, "order": 1, "strength": 1.0, "temperature": 1.0, "leaps": 0,
        }  # fmt: skip
        assert told.by.codec == flow.manifest.codec_sha256
    assert verify(folder).ok


def test_the_same_again_makes_nothing_and_another_seed_another_take(song: Path) -> None:
    before = tokens(song, "bass")
    assert generate(song, player="flow")["run"] is None
    generate(song, ("bass",), player="flow", seed=5)
    assert not np.array_equal(tokens(song, "bass"), before)


def test_bars_are_made_again_by_either(song: Path) -> None:
    state = SongFolder(song).load().state
    start, stop = Span(2, 2).frames(state)
    for player in ("flow", None):
        before = tokens(song, "lead")
        generate(song, ("lead",), bars="2", seed=7, player=player)
        after = tokens(song, "lead")
        same = (before == after).all(0)
        assert same[:start].all() and same[stop:].all() and not same[start:stop].all()


def test_a_performer_takes_over_only_where_it_is_asked_to(song: Path, flow: Bundle) -> None:
    assert generate(song, again=True)["run"] is None
    generate(song, ("bass",), seed=3)
    take = SongFolder(song).load().layers["bass"].active
    assert take is not None and take.bundle_sha256 != flow.sha256


def test_what_the_flow_cannot_play_is_said(song: Path) -> None:
    with pytest.raises(UsageError, match="timbre 'kazoo': the bundle 'flow' has 'plain', 'bright'"):
        generate(song, ("bass",), player="flow", timbre="kazoo")
    with pytest.raises(UsageError, match="or flow"):
        generate(song, ("bass",), player="flux")


def words(path: Path, layer: str) -> str | None:
    folder = SongFolder(path)
    take = folder.load().layers[layer].active
    assert take is not None
    told = of_take(folder, layer, take)
    assert told is not None and isinstance(told.by, ByPerformer)
    return told.by.words


def test_words_make_another_take_of_the_same_notes_and_are_kept(song: Path) -> None:
    before, bass = tokens(song, "lead"), tokens(song, "bass")
    generate(song, ("lead",), prompt="dark")
    dark = tokens(song, "lead")
    assert words(song, "lead") == "dark" and words(song, "bass") is None
    assert not np.array_equal(dark, before) and np.array_equal(tokens(song, "bass"), bass)
    assert generate(song, ("lead",), prompt="dark")["run"] is None
    generate(song, ("lead",), bars="2", seed=7, player="flow")
    assert words(song, "lead") == "dark", "bars go on in the words of their take"
    generate(song, ("lead",), prompt="bright")
    assert words(song, "lead") == "bright" and not np.array_equal(tokens(song, "lead"), dark)
    generate(song, ("lead",), prompt="")
    assert words(song, "lead") is None
    assert verify(SongFolder(song)).ok


@pytest.mark.parametrize(
    ("given", "why"),
    [({"prompt": "zzz"}, "'zzz': says nothing of a sound"),
     ({"prompt": "dark", "player": "sampler:x.sf2"}, "prompt and player: the flow plays words"),
     ({"prompt": "dark", "style_of": "mine"}, "prompt and style_of: the flow plays words")],
)  # fmt: skip
def test_words_that_cannot_be_played(song: Path, given: dict[str, str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        generate(song, ("lead",), **given)  # type: ignore[arg-type]


def test_a_flow_without_words_says_so(song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sounding(tmp_path / "new", 512)
    write_flow(tmp_path / "new", write_tones(tmp_path / "new"))
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "new"))
    with pytest.raises(UsageError, match="was not trained with these words"):
        generate(song, ("lead",), prompt="dark")
