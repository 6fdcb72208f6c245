"""ONNX files that are not plain and self-contained are refused before ONNX Runtime sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.codec.codec import Codec
from stemwright.errors import StemwrightError
from stemwright.models import Manifest, write_bundle
from stemwright.models.onnx_checks import check_graph
from stemwright.models.onnx_session import open_session
from support.bundles import write_codec

onnx = pytest.importorskip("onnx")
ARCHITECTURE = {"sample_rate": 24000, "hop": 320, "codebooks": 8, "codebook_size": 64, "context": 4}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_codec(tmp_path_factory.mktemp("codec")).file("decoder.onnx").read_bytes()


def outside(model: Any) -> None:
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def outside_in_an_attribute(model: Any) -> None:
    tensor = onnx.TensorProto(data_type=1, dims=[1], data_location=onnx.TensorProto.EXTERNAL)
    inner = onnx.helper.make_graph([onnx.helper.make_node("Constant", [], ["c"], value=tensor)], "g", [], [])
    model.graph.node.append(onnx.helper.make_node("If", ["x"], ["y"], then_branch=inner))


def foreign(model: Any) -> None:
    model.graph.node[0].domain = "com.example"


def functions(model: Any) -> None:
    model.functions.add(name="f", domain="x")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (outside, "another file"),
        (outside_in_an_attribute, "another file"),
        (foreign, "not standard"),
        (functions, "functions"),
        (lambda model: model.training_info.add(), "training"),
        (lambda model: model.ClearField("graph"), "0 graphs"),
    ],
)
def test_refused(plain: bytes, edit: Callable[[Any], None], message: str) -> None:
    model = onnx.load_model_from_string(plain)
    edit(model)
    with pytest.raises(StemwrightError, match=f"decoder.onnx: .*{message}"):
        check_graph(model.SerializeToString(), "decoder.onnx")


def test_the_real_thing_passes(plain: bytes) -> None:
    check_graph(plain, "decoder.onnx")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2000))
def test_any_bytes_pass_or_are_refused_in_one_line(plain: bytes, data: bytes, cut: int) -> None:
    for text in (data, plain[:cut], plain[:cut] + data):
        try:
            check_graph(text, "x.onnx")
        except StemwrightError as error:
            assert "\n" not in str(error)


def test_garbage_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"<html>not found</html>")
    for name in ("x.onnx", "none.onnx"):
        with pytest.raises(StemwrightError, match=f"{name}: .*get the bundle again"):
            open_session(tmp_path / name)


def test_graphs_that_give_or_take_something_else(tmp_path: Path, plain: bytes) -> None:
    """Swapped files, a wrong code, audio that is not a number: one line each, from the file that is wrong."""
    good = write_codec(tmp_path / "good")
    encoder = good.file("encoder.onnx").read_bytes()

    def codec(name: str, files: dict[str, bytes]) -> Codec:
        return Codec(
            write_bundle(tmp_path / name, Manifest("codec", "codec", "x", dict(ARCHITECTURE)), files)
        )

    tokens = np.zeros((8, 3), np.uint16)
    swapped = codec("swapped", {"decoder.onnx": encoder, "encoder.onnx": plain})
    with pytest.raises(StemwrightError, match=r"decoder\.onnx: takes .*tensor\(float\)"):
        swapped.decode(tokens)
    with pytest.raises(StemwrightError, match=r"has no 'encoder\.onnx'"):
        codec("half", {"decoder.onnx": plain}).encode(np.zeros(320, np.float32))

    model = onnx.load_model_from_string(plain)
    table = next(t for t in model.graph.initializer if t.name == "table")
    table.CopyFrom(onnx.numpy_helper.from_array(np.full((512, 320), np.nan, np.float32), "table"))
    with pytest.raises(StemwrightError, match="not finite"):
        codec("nan", {"decoder.onnx": model.SerializeToString()}).decode(tokens)
    table.CopyFrom(onnx.numpy_helper.from_array(np.zeros((9, 320), np.float32), "table"))
    with pytest.raises(StemwrightError, match=r"decoder\.onnx: ONNX Runtime cannot"):
        codec("small", {"decoder.onnx": model.SerializeToString()}).decode(tokens)

    model = onnx.load_model_from_string(encoder)
    most = next(t for t in model.graph.initializer if t.name == "most")
    most.CopyFrom(onnx.numpy_helper.from_array(np.array(-65536, np.int64), "most"))
    wild = codec("wild", {"encoder.onnx": model.SerializeToString(), "decoder.onnx": plain})
    with pytest.raises(StemwrightError, match="codes outside 0 to 63"):
        wild.encode(np.ones(320, np.float32))


def test_threads_that_decode_at_once_share_one_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from stemwright.codec import bundle_graphs as room

    opened: list[Path] = []
    real = room.open_session

    def counted(path: Path, threads: int = 1) -> Any:
        opened.append(path)
        return real(path, threads)

    monkeypatch.setattr(room, "open_session", counted)
    codec = Codec(write_codec(tmp_path))
    codes = np.random.default_rng(0).integers(0, 64, (8, 400))
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: codec.decode(codes).tobytes(), range(4)))
    assert len(set(made)) == 1 and len(opened) == 1
