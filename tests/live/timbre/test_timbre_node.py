"""The node that plays what flows in as another instrument does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("stemwright.native._live")

from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.models import Bundle
from stemwright.models.timbre import HOP, TimbreFiles
from stemwright.models.timbre_files import read_timbre
from stemwright.native import live_commands as say
from stemwright.native.live import Floats, Graph
from stemwright.native.live_commands import Failure, Records, TimbreParameter, What
from support.timbres import failing_files, phrase, write_timbre

RATE = 48_000


def told(graph: Graph, what: What) -> Records:
    """What it has said of one kind."""
    reports = graph.reports()
    return reports[reports["what"] == what]


BLEND, WALK, LATENT = TimbreParameter.BLEND, TimbreParameter.WALK, TimbreParameter.LATENT


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_timbre(tmp_path_factory.mktemp("timbre") / "bundle")


@pytest.fixture(scope="module")
def files(bundle: Bundle) -> TimbreFiles:
    return read_timbre(bundle)


def wired(files: TimbreFiles, seed: int = 0) -> tuple[Graph, int]:
    """An input through a timbre to output 0, as it is."""
    graph = Graph(RATE, 1, 2)
    heard, node, out = graph.add_input(0, steady=True), graph.add_timbre(files, seed), graph.add_output(0, 1)
    graph.post(say.plan(graph.plan([(heard, []), (node, [heard]), (out, [node])])))
    return graph, node


def through(graph: Graph, sound: Floats, blocks: Sequence[int] = (512,)) -> Floats:
    """Sound [frames] in blocks of these sizes, over and over."""
    made, at, turn = [], 0, 0
    while at < len(sound):
        frames = min(blocks[turn % len(blocks)], len(sound) - at)
        made.append(graph.render(frames, np.ascontiguousarray(sound[at : at + frames, None])))
        at, turn = at + frames, turn + 1
    return np.concatenate(made)


def test_streamed_is_the_whole(bundle: Bundle, files: TimbreFiles) -> None:
    import torch

    from stemwright.training.timbre.export import model_of

    sound = phrase(1.0)[: 300 * HOP]
    made = through(wired(files)[0], sound)
    with torch.no_grad():
        model = model_of(bundle)
        whole = model.decode(model.encode(torch.from_numpy(sound)[None]))[0].numpy()
    assert not made[:HOP].any() and np.abs(whole).max() > 0.01
    assert np.abs(made[HOP:, 0] - whole[:-HOP]).max() < 1e-5
    assert np.array_equal(made[:, 0], made[:, 1])


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 600), min_size=1, max_size=6))
def test_blocks_change_no_byte(files: TimbreFiles, blocks: list[int]) -> None:
    def played(sizes: Sequence[int]) -> Floats:
        graph, node = wired(files, 5)
        graph.post(
            [
                say.set_to(node, BLEND, 0.4, at=1001),
                say.set_to(node, LATENT + 1, 1.5, at=1003),
                say.set_to(node, WALK, 0.2, at=5120),
                say.set_to(node, WALK, 0.0, at=9217),
                say.set_to(node, BLEND, 1.0, at=9300),
            ]
        )
        return through(graph, phrase(0.3), sizes)

    assert played(blocks).tobytes() == played([128]).tobytes()


def test_dry_comes_as_late_as_wet(files: TimbreFiles) -> None:
    graph, node = wired(files)
    graph.post(say.set_to(node, BLEND, 0.0))
    through(graph, np.zeros(960, np.float32))
    click = np.zeros(2048, np.float32)
    click[77] = 0.5
    made = through(graph, click, [333])
    assert np.flatnonzero(made[:, 0]).tolist() == [77 + files.latency] and made[77 + files.latency, 0] == 0.5
    assert files.latency / RATE < 0.010


def test_its_latent_is_moved_by_hand(files: TimbreFiles) -> None:
    def played(*commands: Records) -> Floats:
        graph, node = wired(files)
        graph.post([replaced(command, node) for command in commands])
        return through(graph, phrase(0.4))

    def replaced(command: Records, node: int) -> Records:
        made = command.copy()
        made["node"] = node
        return made

    plain = played()
    for index in range(files.latent):
        moved = played(say.set_to(0, LATENT + index, 2.0, at=4096))
        assert np.array_equal(moved[:4096], plain[:4096])
        assert np.abs(moved[8192:] - plain[8192:]).max() > 1e-4


def test_a_drone_needs_no_input_and_is_its_seed_s(files: TimbreFiles) -> None:
    def drone(seed: int, sound: Floats) -> Floats:
        graph, node = wired(files, seed)
        graph.post(say.set_to(node, WALK, 0.5))
        return through(graph, sound)

    silence = np.zeros(24000, np.float32)
    first = drone(7, silence)
    assert np.abs(first[4800:]).max() > 0.01
    assert np.array_equal(first, drone(7, silence)) and not np.array_equal(first, drone(8, silence))
    later = 4800  # where the input's own numbers are no longer in it
    assert np.abs(drone(7, phrase(0.5))[later:] - first[later:]).max() < 0.5


def test_a_graph_that_fails_is_silent_and_says_so() -> None:
    graph, _ = wired(failing_files(loud=True))
    quiet, loud = np.full(1280, 0.1, np.float32), np.full(1280, 0.9, np.float32)
    made = through(graph, np.concatenate([quiet, loud, quiet]))
    assert np.allclose(made[HOP:1280], 0.5) and not made[1280 + HOP :].any()
    (report,) = told(graph, What.FAILED)
    assert (int(report["index"]), int(report["at"])) == (Failure.REFUSED, 1280 + HOP - 1)


def test_what_is_no_number_is_silence_for_a_hop() -> None:
    graph, _ = wired(failing_files(loud=False))
    sound = np.full(3840, 0.25, np.float32)
    sound[1280:1536] = -0.25
    made = through(graph, sound)
    assert not made[1280 + HOP : 1536 + HOP].any() and np.allclose(made[1536 + HOP :], 0.5)
    (report,) = told(graph, What.FAILED)
    assert int(report["index"]) == Failure.NO_NUMBERS


def test_out_of_the_plan_it_forgets(files: TimbreFiles) -> None:
    graph, node = wired(files)
    sound = phrase(0.2)
    first = through(graph, sound)
    out = graph.add_output(0, 1)
    graph.post(say.plan(graph.plan([])))
    graph.render(HOP * 100 - len(sound) % HOP)
    heard = graph.add_input(0, steady=True)
    graph.post(say.plan(graph.plan([(heard, []), (node, [heard]), (out, [node])])))
    assert np.array_equal(through(graph, sound), first)


def test_refusals(files: TimbreFiles) -> None:
    graph, node = wired(files)
    for index, value in ((BLEND, 1.1), (WALK, -0.1), (LATENT, 9.0), (LATENT + files.latent, 0.0), (-1, 0.0)):
        with pytest.raises(UsageError):
            graph.post(say.set_to(node, index, value))
    with pytest.raises(UsageError, match="48000"):
        Graph(44100, 1, 2).add_timbre(files)
    for wrong in (
        replace(files, encoder=b"nothing"),
        replace(files, encoder=files.decoder),
        replace(files, encoder_state=files.encoder_state + 1),
        replace(files, decoder_state=3),
        replace(files, latent=3, memory=files.memory[:, :3].copy()),
        replace(files, memory=np.full_like(files.memory, np.nan)),
        replace(files, delay=-1),
    ):
        with pytest.raises(UsageError, match="timbre"):
            graph.add_timbre(wrong)


def test_a_file_that_is_not_onnx_runtime(files: TimbreFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stemwright.native.live.library", lambda: Path(np.__file__))
    with pytest.raises(UsageError, match="is not ONNX Runtime"):
        Graph(RATE, 1, 2).add_timbre(files)
