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
from support.tones import write_tones

pytest.importorskip("onnx")
pytest.importorskip("stemwright.native._engine")


@pytest.fixture
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    folder = tmp_path / "weights"
    bundle = write_flow(folder, write_tones(folder))
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
