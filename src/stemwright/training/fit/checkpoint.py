"""Checkpoints as one safetensors file: tensors by name, plain numbers as JSON in its header. Written
atomically.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from stemwright.errors import UsageError


def save(path: Path, tensors: dict[str, Tensor], meta: dict[str, Any]) -> None:
    """Write a checkpoint: temp file, flush to disk, rename."""
    temp = path.with_name(path.name + ".part")
    flat = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    save_file(flat, str(temp), metadata={"state": json.dumps(meta, sort_keys=True)})
    with temp.open("rb+") as file:
        os.fsync(file.fileno())
    temp.replace(path)


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a checkpoint written by :func:`save`. Raises UsageError where the file is damaged."""
    try:
        with safe_open(str(path), framework="pt") as file:
            meta = json.loads((file.metadata() or {})["state"])
            return {name: file.get_tensor(name) for name in file.keys()}, meta  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise UsageError(f"{path}: not a readable checkpoint ({error}); remove it to start afresh") from error
