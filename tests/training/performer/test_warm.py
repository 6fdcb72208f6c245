"""Going on from a bundle: as it was where it fits, refused in one line where it does not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from stemwright.cli.main import run  # noqa: E402
from stemwright.conditioning import feature_size  # noqa: E402
from stemwright.conditioning.layout import timbre_columns  # noqa: E402
from stemwright.errors import UsageError  # noqa: E402
from stemwright.instruments.timbres import TIMBRES  # noqa: E402
from stemwright.models import Bundle, load_bundle  # noqa: E402
from stemwright.training.performer.config import PerformerConfig  # noqa: E402
from stemwright.training.performer.export import export, load_performer  # noqa: E402
from stemwright.training.performer.model import PerformerNetwork  # noqa: E402
from stemwright.training.performer.recipe import train_performer  # noqa: E402
from stemwright.training.performer.trainer import Recipe  # noqa: E402
from stemwright.training.performer.warm import warm_weights  # noqa: E402
from support.shards import CODEBOOK_SIZE, CODEC_SHA256  # noqa: E402

CONFIG = PerformerConfig(
    features=feature_size("drums"),
    d_model=32,
    layers=2,
    heads=2,
    kv_heads=1,
    head_dim=16,
    ffn=64,
    codebook_size=CODEBOOK_SIZE,
    window=24,
)
RECIPE = Recipe(batch=4, length=64, warmup_steps=5, dropout=0.0, compile=False, valid_crops=8)


def made(path: Path, **changes: object) -> Bundle:
    """A random performer that knows two timbres, in another order than this version's."""
    torch.manual_seed(5)
    about = {"name": "drums", "preset": "tiny", "codec_sha256": CODEC_SHA256, "timbres": ("808", "old")}
    config = changes.pop("config", CONFIG)
    assert isinstance(config, PerformerConfig)
    return load_bundle(
        export(path, config, PerformerNetwork(config, 8).state_dict(), {**about, **changes}).path
    )


def test_it_plays_as_before(tmp_path: Path) -> None:
    bundle = made(tmp_path / "drums")
    weights = warm_weights(bundle, "drums", CONFIG, CODEC_SHA256, TIMBRES["drums"])
    before, after = load_performer(bundle, 8), PerformerNetwork(CONFIG, 8).eval()
    after.load_state_dict(weights)
    slots = timbre_columns("drums")
    rng = np.random.default_rng(0)
    tokens = torch.from_numpy(rng.integers(0, CODEBOOK_SIZE, (1, 8, 8)))
    features = torch.from_numpy(rng.random((1, 8, CONFIG.features)).astype(np.float32))
    features[..., list(slots)] = 0
    moved = features.clone()
    features[..., slots[0]] = 1  # 808: the bundle's first timbre
    moved[..., slots[TIMBRES["drums"].index("808")]] = 1
    with torch.no_grad():
        torch.testing.assert_close(after(tokens, moved), before(tokens, features))
    kept = slots[TIMBRES["drums"].index("808")]
    other = [column for column in slots if column != kept]
    assert (weights["cond.weight"][:, other] == 0).all()


def test_timbres_beyond_the_first_block_are_found_by_name(tmp_path: Path) -> None:
    """From either block into the other, and from a bundle that has but one."""
    names = TIMBRES["lead"]
    old_size, size = feature_size("lead", 2), feature_size("lead")
    shuffled = (names[20], *names[1:20], names[0])
    for version, features, known in ((2, old_size, shuffled[:16]), (3, size, shuffled)):
        config = replace(CONFIG, features=features)
        bundle = made(tmp_path / f"lead{version}", name="lead", config=config, timbres=known)
        bundle = replace(bundle, manifest=replace(bundle.manifest, conditioning_version=version))
        weights = warm_weights(bundle, "lead", replace(CONFIG, features=size), CODEC_SHA256, TIMBRES["lead"])[
            "cond.weight"
        ]
        before = load_performer(bundle, 8).state_dict()["cond.weight"]
        slots = timbre_columns("lead")
        for slot, name in enumerate(known):
            torch.testing.assert_close(weights[:, slots[names.index(name)]], before[:, slots[slot]])
        unknown = [slots[i] for i in range(48) if i >= len(names) or names[i] not in known]
        assert (weights[:, unknown] == 0).all()


def test_training_goes_on(shards: Path, tmp_path: Path) -> None:
    options = {"layer": "drums", "config": CONFIG, "recipe": RECIPE, "threads": 1, "report": str}
    first = train_performer(shards, tmp_path / "first", steps=80, **options)
    bundle = tmp_path / "first" / "bundle"
    second = train_performer(shards, tmp_path / "second", steps=40, start=bundle, **options)
    cold = train_performer(shards, tmp_path / "cold", steps=40, **options)
    assert second["loss_mean"] < first["loss_mean"] < cold["loss_mean"] - 0.05
    with pytest.raises(UsageError, match="another start"):
        train_performer(shards, tmp_path / "second", steps=40, **options)


def test_tables_of_another_codec(shards: Path, tmp_path: Path) -> None:
    """Of a codec that calls the second half of its codes by other names, the tables are forgotten."""
    options = {"layer": "drums", "config": CONFIG, "recipe": RECIPE, "threads": 1}
    train_performer(shards, tmp_path / "first", steps=100, **options, report=str)
    other = Path(shutil.copytree(shards, tmp_path / "other"))
    for file in (other / "drums").glob("*.u16"):
        codes = np.fromfile(file, "<u2").reshape(-1, 8, 307 - 7)
        codes[:, 4:] = (codes[:, 4:] + 5) % CODEBOOK_SIZE
        codes.tofile(file)
        file.with_suffix(".codec").write_text("d" * 64 + "\n")
    said: list[str] = []
    start = tmp_path / "first" / "bundle"
    with pytest.raises(UsageError, match="or say new_codec"):
        train_performer(other, tmp_path / "second", steps=1, start=start, **options)
    train_performer(
        other, tmp_path / "second", steps=1, start=start, new_codec=True, **options, report=said.append
    )
    assert any("new tables for 4 of them" in line for line in said)


def test_refusals(tmp_path: Path) -> None:
    bundle = made(tmp_path / "drums")
    other_codec = made(tmp_path / "other", codec_sha256="d" * 64)
    wider = made(tmp_path / "wider", config=replace(CONFIG, ffn=96))
    for given, layer, match in (
        (bundle, "bass", "plays 'drums'"),
        (wider, "drums", "its ffn is 96, not 64"),
        (other_codec, "drums", "or say new_codec"),
    ):
        with pytest.raises(UsageError, match=match):
            warm_weights(given, layer, CONFIG, CODEC_SHA256, ())
    assert warm_weights(other_codec, "drums", CONFIG, CODEC_SHA256, TIMBRES["drums"], new_codec=True).keys()


def test_new_codec_needs_a_bundle(shards: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", "performer", str(shards), str(tmp_path / "x"), "--layer", "drums", "--new-codec"]
    assert run(command) == 2
    assert "give --from BUNDLE too" in capsys.readouterr().err
