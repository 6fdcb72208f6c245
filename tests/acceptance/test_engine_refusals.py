"""What the engine refuses, on the command line: one line, exit code 2, the song as it was."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stemwright.native import options
from support.runner import assert_refused, run
from support.songs import files

LACKING = next(isa for isa in options.ISAS if isa not in options.available_isas())

# what the manifest of another engine says, and what the line must name
MANIFESTS: list[tuple[dict[str, Any], str]] = [
    ({"schema": 2}, "schema is 2"),
    ({"engine": 2}, "unknown field 'engine'"),
    ({"conditioning_version": 9}, "conditioning version 9"),
    ({"architecture": {"kv_cache": "int4"}}, "architecture.kv_cache"),
    ({"architecture": {"experts": 8}}, "'experts'"),
]
SAMPLINGS: list[tuple[dict[str, Any], str]] = [
    ({"temperature": 10**400}, "temperature"),
    ({"top_k": 0}, "top_k"),
    ({"luck": 1}, "temperature, top_k, top_p, guidance, guided_codebooks only"),
]


@pytest.fixture
def broken(tmp_path: Path, weights: Path) -> Path:
    """The bundles, to be changed."""
    return Path(shutil.copytree(weights, tmp_path / "broken"))


def merged(facts: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    inner = {k: {**facts[k], **v} for k, v in change.items() if isinstance(v, dict) and k in facts}
    return {**facts, **change, **inner}


def edit(bundles: Path, change: dict[str, Any]) -> None:
    manifest = bundles / "lead" / "manifest.json"
    manifest.write_text(json.dumps(merged(json.loads(manifest.read_text()), change)))


def fill(bundles: Path, tensor: str, value: float) -> None:
    """One tensor becomes this value throughout, and the checksum that of the new file."""
    from safetensors.numpy import load_file, save_file

    file = bundles / "lead" / "model.safetensors"
    tensors = load_file(file)
    tensors[tensor] = np.full_like(tensors[tensor], value)
    save_file(tensors, file)
    edit(bundles, {"files": {file.name: hashlib.sha256(file.read_bytes()).hexdigest()}})


def refused(song: Path, bundles: Path, **environment: str) -> str:
    before = files(song)
    line = assert_refused(run("generate", song, "lead", "--seed", "9", weights=bundles, **environment), 2)
    assert files(song) == before
    return line


@pytest.mark.parametrize("change, named", MANIFESTS)
def test_a_bundle_for_another_engine(
    finished: Path, broken: Path, change: dict[str, Any], named: str
) -> None:
    edit(broken, change)
    line = refused(finished, broken)
    assert "lead" in line and named in line and "update stemwright" in line


@pytest.mark.parametrize("sampling, named", SAMPLINGS)
def test_a_bundle_with_bad_sampling(
    finished: Path, broken: Path, sampling: dict[str, Any], named: str
) -> None:
    edit(broken, {"architecture": {"sampling": sampling}})
    line = refused(finished, broken)
    assert "lead" in line and "architecture.sampling" in line and named in line


@pytest.mark.parametrize("tensor, value", [("heads.7.scale", np.nan), ("cond.weight", np.inf)])
def test_a_bundle_with_weights_that_are_no_numbers(
    finished: Path, broken: Path, tensor: str, value: float
) -> None:
    fill(broken, tensor, value)
    line = refused(finished, broken)
    assert "lead" in line and tensor in line and "not finite" in line


@pytest.mark.parametrize(
    "name, value",
    [("STEMWRIGHT_ISA", LACKING), *(("STEMWRIGHT_THREADS", n) for n in ("0", "10000"))],
)
def test_settings_that_this_machine_has_not(finished: Path, weights: Path, name: str, value: str) -> None:
    line = refused(finished, weights, **{name: value})
    assert name in line and value in line


def test_weights_that_overflow(tmp_path: Path, finished: Path, broken: Path) -> None:
    """Numbers, but not with what they are multiplied by: noticed at the first code."""
    fill(broken, "norm.weight", 3e38)
    song = shutil.copytree(finished, tmp_path / "song")
    done = run("generate", song, "lead", "--seed", "9", weights=broken)
    assert "not finite" in assert_refused(done, 1)
