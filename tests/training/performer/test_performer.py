"""The performer's training side: delay pattern, model, loss, export, and a run on made-up shards."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from stemwright.conditioning import feature_size, frame_features, step_features  # noqa: E402
from stemwright.errors import UsageError  # noqa: E402
from stemwright.models import load_bundle  # noqa: E402
from stemwright.models.architecture import REAL, WHOLE, wrong_size  # noqa: E402
from stemwright.training.performer import data as datasets  # noqa: E402
from stemwright.training.performer.bigram import bigram_losses  # noqa: E402
from stemwright.training.performer.config import PerformerConfig, preset  # noqa: E402
from stemwright.training.performer.delay import delayed  # noqa: E402
from stemwright.training.performer.export import load_performer  # noqa: E402
from stemwright.training.performer.loss import IGNORE, head_loss  # noqa: E402
from stemwright.training.performer.model import PerformerNetwork  # noqa: E402
from stemwright.training.performer.recipe import train_performer  # noqa: E402
from stemwright.training.performer.trainer import Recipe, level_weights  # noqa: E402
from support.shards import CODEC_SHA256  # noqa: E402

SMALL = PerformerConfig(
    features=feature_size("drums"),
    d_model=32,
    layers=2,
    heads=2,
    kv_heads=1,
    head_dim=16,
    ffn=64,
    codebook_size=16,
    window=24,
)
FAST = Recipe(
    batch=4,
    length=64,
    warmup_steps=10,
    ema=0.9,
    dropout=0.0,
    noise=0.0,
    falling=0.0,
    learning_rate=5e-3,
    compile=False,
    valid_crops=8,
)


def test_delay_pattern() -> None:
    tokens = np.arange(6, dtype=np.uint16).reshape(2, 3)
    inputs, targets = delayed(tokens, 0, 4, blank=9)
    assert inputs.tolist() == [[9, 9], [0, 9], [1, 3], [2, 4]]
    assert targets.tolist() == [[0, IGNORE], [1, 3], [2, 4], [IGNORE, 5]]
    for part, whole in zip(delayed(tokens, 1, 3, 9), (inputs, targets), strict=True):
        np.testing.assert_array_equal(part, whole[1:3])


def reference(model: PerformerNetwork, tokens: np.ndarray, features: np.ndarray) -> np.ndarray:
    """The contract's definition in float64 and plain loops over steps; logits [S, K, V]."""
    c = model.config
    w = {k: v.detach().double().numpy() for k, v in model.state_dict().items()}

    def norm(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + c.norm_eps) * weight

    def rope(x: np.ndarray) -> np.ndarray:
        j = np.arange(c.head_dim // 2)
        angle = np.arange(len(x))[:, None, None] * c.rope_base ** (-2 * j / c.head_dim)
        a, b = x[..., : len(j)], x[..., len(j) :]
        return np.concatenate(
            [a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)], -1
        )

    x = features.astype(np.float64) @ w["cond.weight"].T + w["cond.bias"]
    for k in range(c.codebooks):
        x = x + w["embed"][k * (c.codebook_size + 1) + tokens[:, k]]
    for i in range(c.layers):
        b = {k.split(".", 2)[2]: v for k, v in w.items() if k.startswith(f"blocks.{i}.")}
        n = norm(x, b["norm1"])
        q = rope((n @ b["q.weight"].T).reshape(len(x), c.heads, c.head_dim))
        k_ = rope((n @ b["k.weight"].T).reshape(len(x), c.kv_heads, c.head_dim))
        v = (n @ b["v.weight"].T).reshape(len(x), c.kv_heads, c.head_dim)
        out = np.zeros_like(q)
        for s in range(len(x)):
            low = max(0, s - c.window + 1)
            for h in range(c.heads):
                g = h // (c.heads // c.kv_heads)
                score = k_[low : s + 1, g] @ q[s, h] / np.sqrt(c.head_dim)
                p = np.exp(score - score.max())
                out[s, h] = p @ v[low : s + 1, g] / p.sum()
        x = x + out.reshape(len(x), -1) @ b["o.weight"].T
        n = norm(x, b["norm2"])
        gate = n @ b["gate.weight"].T
        x = x + (gate / (1 + np.exp(-gate)) * (n @ b["up.weight"].T)) @ b["down.weight"].T
    return (norm(x, w["norm"]) @ w["heads"].T).reshape(len(x), c.codebooks, c.codebook_size)


@pytest.mark.parametrize("steps", [5, 230])  # within the window; several chunks
def test_model_is_the_definition(steps: int) -> None:
    torch.manual_seed(1)
    model = PerformerNetwork(SMALL, steps).eval()
    rng = np.random.default_rng(2)
    tokens = rng.integers(0, SMALL.codebook_size + 1, (steps, SMALL.codebooks))
    features = rng.random((steps, SMALL.features)).astype(np.float32)
    with torch.no_grad():
        out = model(torch.from_numpy(tokens)[None], torch.from_numpy(features)[None])[0].numpy()
        fused = PerformerNetwork(SMALL, steps).eval()
        fused.load_state_dict(model.state_dict())
        from stemwright.training.performer.model import band_mask

        fused.masks = [torch.stack([torch.nn.functional.pad(band_mask(s, s + 1, SMALL.window)[0],
                       (max(0, s - SMALL.window + 1), steps - s - 1)) for s in range(steps)])]  # fmt: skip
        same = fused(torch.from_numpy(tokens)[None], torch.from_numpy(features)[None])[0].numpy()
    expected = reference(model, tokens, features)
    assert np.abs(out - expected).max() < 1e-4
    assert np.abs(same - expected).max() < 1e-4


@pytest.mark.parametrize("emphasised", [False, True])
def test_head_loss_equals_cross_entropy(emphasised: bool) -> None:
    torch.manual_seed(0)
    hidden, heads = torch.randn(20, 6, requires_grad=True), torch.randn(3 * 5, 6, requires_grad=True)
    targets = torch.randint(0, 5, (20, 3))
    targets[:7, 2] = IGNORE
    weights = torch.tensor([1.0, 2.0, 0.5])
    emphasis = torch.rand(20, 3) + 0.5 if emphasised else torch.ones(20, 3)
    total, losses = head_loss(hidden, heads, targets, weights, emphasis if emphasised else None, low=False)
    (total * 3).backward()
    mine = hidden.grad.clone(), heads.grad.clone()
    hidden.grad = heads.grad = None
    logits = (hidden @ heads.T).view(20, 3, 5)
    plain = torch.stack(
        [
            torch.nn.functional.cross_entropy(logits[:, k], targets[:, k], ignore_index=IGNORE)
            for k in range(3)
        ]
    )
    each = [
        torch.nn.functional.cross_entropy(logits[:, k], targets[:, k], ignore_index=IGNORE, reduction="none")
        @ emphasis[:, k]
        / (emphasis[:, k] * (targets[:, k] != IGNORE)).sum()
        for k in range(3)
    ]
    ((torch.stack(each) * weights).sum() * 3).backward()
    torch.testing.assert_close(losses, plain.detach())
    torch.testing.assert_close(mine[0], hidden.grad)
    torch.testing.assert_close(mine[1], heads.grad)


def test_the_first_codebooks_weigh_most() -> None:
    weights = level_weights(8, 1.0)
    assert weights.mean().item() == pytest.approx(1)
    torch.testing.assert_close(weights[0] / weights, torch.arange(1.0, 9))
    assert level_weights(8, 0.0).tolist() == [1] * 8


def test_crops_are_the_features_of_inference(shards: Path) -> None:
    found = datasets.load(
        shards,
        "drums",
        "train",
        codec_sha256=CODEC_SHA256,
        codebooks=8,
        codebook_size=16,
        lookahead=2,
        features=feature_size("drums"),
        say=str,
    )
    clip = datasets.clips(shards, "drums", "train")[0]
    steps = clip.frames + 7
    crop = found.crops([(0, 0), (0, 100)], steps)
    expected = step_features(frame_features(clip.state(), "drums", clip.score(), timbre=1), steps, 2)
    np.testing.assert_allclose(crop.features[0], expected, atol=2e-3)
    np.testing.assert_array_equal(crop.features[1, : steps - 100], crop.features[0, 100:])
    np.testing.assert_array_equal(crop.targets[1, : steps - 100], crop.targets[0, 100:])
    assert (crop.targets[1, steps - 100 :] == IGNORE).all()
    assert crop.young is not None
    first = clip.state().timebase.tick_sample(clip.score().notes[0].onset) // 320
    begun = found.young(0)
    assert begun[max(first - 2, 0) : first + 3].all() and not begun.all()
    for book in (0, 3):
        np.testing.assert_array_equal(crop.young[0, book : book + clip.frames, book], begun)
    one, two = (found.batch(3, 7, 4, 64, 0.1) for _ in range(2))
    np.testing.assert_array_equal(one.inputs, two.inputs)
    np.testing.assert_array_equal(one.features, two.features)
    assert not any(isinstance(value, np.ndarray) and value.size > 99 for value in vars(found).values())


def test_bigram_of_a_chain() -> None:
    rng = np.random.default_rng(0)
    clip = np.cumsum(rng.integers(0, 2, (2, 4000)), axis=1).astype(np.uint16) % 8
    losses = bigram_losses([clip[:, :3000]], [clip[:, 3000:]], 8)
    assert all(abs(x - np.log(2)) < 0.05 for x in losses)


def test_a_shape_has_the_sizes_of_the_table() -> None:
    assert set(SMALL.to_json()) == {*WHOLE, *REAL} and wrong_size(preset("tiny", "drums").to_json()) is None


def test_training_run(shards: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    options = {"layer": "drums", "config": SMALL, "recipe": FAST, "threads": 1, "report": lines.append}
    figures = train_performer(shards, tmp_path / "a", steps=200, **options)
    assert figures["loss_mean"] < 0.85 * figures["bigram_mean"]
    assert figures["loss_mean"] < figures["loss_without_score_mean"]
    assert abs(figures["loss_int8_mean"] - figures["loss_mean"]) < 0.05
    bundle = load_bundle(tmp_path / "a" / "bundle", kind="performer")
    assert bundle.manifest.held_out == figures and bundle.manifest.codec_sha256 == CODEC_SHA256
    assert bundle.manifest.timbres[1] == "808" and bundle.manifest.steps == 200
    assert load_performer(bundle, 16).config == SMALL
    log = [json.loads(line) for line in (tmp_path / "a" / "log.jsonl").read_text().splitlines()]
    assert [len(r["valid"]) for r in log if "valid" in r] == [8] * 9


def test_resumed_run_is_the_same(shards: Path, tmp_path: Path) -> None:
    options = {
        "layer": "drums",
        "config": SMALL,
        "recipe": FAST,
        "threads": 1,
        "report": str,
        "export": False,
    }
    train_performer(shards, tmp_path / "whole", steps=16, **options)

    calls = 0

    def interrupt(line: str) -> None:
        nonlocal calls
        calls += line.startswith("held out")
        if calls == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_performer(shards, tmp_path / "halves", steps=16, **{**options, "report": interrupt})
    assert "saved" not in lines_of(tmp_path / "halves")
    train_performer(shards, tmp_path / "halves", steps=16, **options)
    from stemwright.training.fit import checkpoint

    one, two = (
        checkpoint.load(tmp_path / name / "checkpoint.safetensors")[0] for name in ("whole", "halves")
    )
    assert all(torch.equal(one[name], two[name]) for name in one)
    with pytest.raises(UsageError, match="another seed"):
        train_performer(shards, tmp_path / "halves", steps=16, seed=1, **options)


def lines_of(folder: Path) -> str:
    """The log of a run."""
    return (folder / "log.jsonl").read_text()


def test_bad_requests(shards: Path, tmp_path: Path) -> None:
    for change, match in (
        ({"layer": "bass"}, "tokenize"),
        ({"preset": "huge"}, "preset"),
        ({"minutes": float("nan")}, "minutes"),
    ):
        with pytest.raises(UsageError, match=match):
            train_performer(shards, tmp_path / "x", **{"layer": "drums", "report": str, **change})
    with pytest.raises(UsageError, match="another codec"):
        datasets.load(
            shards,
            "drums",
            "train",
            codec_sha256="d" * 64,
            codebooks=8,
            codebook_size=16,
            lookahead=2,
            features=9,
        )
    assert preset("tiny", "harmony").d_model == 256 and preset("small", "harmony").d_model == 768
