"""CLAP as an embedding, where the user has its weights: vectors nearer to what listeners say than ours.

The weights are a folder in the published format (`config.json`, `preprocessor_config.json`,
`model.safetensors`), for example a copy of `laion/larger_clap_music`. Nothing is downloaded and nothing is
unpickled. It needs `transformers` and PyTorch: `pip install 'stemwright[import]'`.

The vectors are those of `ClapModel.get_audio_features`, unit length, of the same clips as `embedding.clips`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError

from stemwright.errors import UsageError
from stemwright.evaluation import embedding

Vectors = NDArray[np.float64]
Embed = Callable[[ArrayLike, int], Vectors]

_NEEDED = ("config.json", "preprocessor_config.json", "model.safetensors")
_BATCH = 8


def load(folder: Path) -> Embed:
    """A function like `embedding.embed`, from audio [N] and its rate to [clips, D], D as the model has.

    UsageError where the extra or a file of the folder is missing, or the folder holds another model.
    """
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise UsageError(
            f"{folder}: has no {', '.join(missing)}; give the folder of a CLAP model saved as safetensors"
        )
    try:
        from transformers import ClapFeatureExtractor, ClapModel
    except ImportError as error:
        raise UsageError(
            "CLAP needs transformers and PyTorch; install them with pip install 'stemwright[import]'"
        ) from error
    try:
        model: Any = ClapModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        prepare: Any = ClapFeatureExtractor.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise UsageError(f"{folder}: is not a CLAP model ({str(error).splitlines()[0][:120]})") from error
    model.eval().requires_grad_(False)
    return lambda audio, sample_rate: _embed(model, prepare, audio, sample_rate)


def _embed(model: Any, prepare: Any, audio: ArrayLike, sample_rate: int) -> Vectors:
    import soxr

    rate = int(prepare.sampling_rate)
    clips = [
        soxr.resample(clip.astype(np.float32), embedding.SAMPLE_RATE, rate)
        for clip in embedding.clips(audio, sample_rate)
    ]
    parts = [np.zeros((0, int(model.config.projection_dim)))]
    for first in range(0, len(clips), _BATCH):
        # Clips are shorter than the model's ten seconds: nothing is cut at random.
        inputs = prepare(clips[first : first + _BATCH], sampling_rate=rate, return_tensors="pt")
        found = model.get_audio_features(**inputs)
        vectors = np.asarray(getattr(found, "pooler_output", found).numpy(), dtype=np.float64)
        parts.append(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    return np.concatenate(parts)
