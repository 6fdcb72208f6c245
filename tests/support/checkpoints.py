"""Small random checkpoints of public codecs in their published layout. Needs torch and transformers: import
it after pytest.importorskip.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import DacConfig, DacModel, EncodecConfig, EncodecModel

ENCODEC = {
    "num_filters": 4,
    "hidden_size": 16,
    "codebook_size": 1024,
    "target_bandwidths": [1.5, 3.0, 6.0],
}
DAC = {
    "encoder_hidden_size": 4,
    "decoder_hidden_size": 32,
    "downsampling_ratios": [2, 4, 5, 8],
    "n_codebooks": 10,
    "codebook_size": 1024,
    "codebook_dim": 4,
    "sampling_rate": 24000,
}


def write_encodec(folder: Path, seed: int = 0, **config: Any) -> Any:
    """Save and return a random `EncodecModel` whose every code occurs and whose LSTM remembers long."""
    torch.manual_seed(seed)
    model = EncodecModel(EncodecConfig(**{**ENCODEC, **config})).eval()
    with torch.no_grad():
        for level in model.quantizer.layers:
            level.codebook.embed.copy_(0.3 * torch.randn_like(level.codebook.embed))
        for name, weight in model.named_parameters():
            if "lstm.bias" in name:
                size = len(weight) // 4
                weight[size : 2 * size] += 2.0  # forget gates of sigmoid(4): a time constant of 55 frames
            elif name.endswith("original0"):
                weight.mul_(1.5)
    return _save(model, folder, {"feature_size": 1, "sampling_rate": model.config.sampling_rate})


def write_dac(folder: Path, seed: int = 0, **config: Any) -> Any:
    """Save and return a random `DacModel` with snakes of all frequencies and an audible sound."""
    torch.manual_seed(seed)
    model = DacModel(DacConfig(**{**DAC, **config})).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("alpha"):
                weight.uniform_(0.2, 1.5)
            elif name.endswith("codebook.weight"):
                weight.copy_(torch.randn_like(weight))
            elif weight.ndim == 3:
                weight.copy_(0.6 * torch.randn_like(weight) / weight[0].numel() ** 0.5)
    return _save(model, folder, {"feature_size": 1, "sampling_rate": model.config.sampling_rate})


def edit_config(folder: Path, **fields: Any) -> None:
    """Change fields of `config.json`; None takes one out."""
    path = folder / "config.json"
    config = {**json.loads(path.read_text()), **fields}
    path.write_text(json.dumps({k: v for k, v in config.items() if v is not None}))


def edit_weights(folder: Path, change: Any) -> None:
    """Rewrite `model.safetensors` as `change` (tensors by name -> tensors by name) makes it."""
    path = folder / "model.safetensors"
    made = change(load_file(path))
    save_file({name: tensor.contiguous() for name, tensor in made.items()}, path)


def _save(model: Any, folder: Path, preprocessor: dict[str, Any]) -> Any:
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor))
    return model
