"""Weights of a published checkpoint, with the weight norm folded in, checked against the network.

A weight w of direction v and length g is w = g v / |v|, the norm taken over all but the first dimension
(Salimans and Kingma 2016, eq. 2). Files of older versions of transformers and of torch name the two
`weight_g` and `weight_v`, newer ones `parametrizations.weight.original0` and `original1`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from stemwright.errors import UsageError

_NORMED = (
    ("weight_g", "weight_v"),
    ("parametrizations.weight.original0", "parametrizations.weight.original1"),
)
_FLOATS = ("F32", "F16", "BF16", "F64")


def load(make: Callable[[], nn.Module], path: Path, unused: Iterable[str] = ()) -> nn.Module:
    """The network that `make` makes, filled, with its weight norm folded. Tensors whose name ends in one of
    `unused` are not needed.

    Raises UsageError for a missing or strange tensor, another shape, or a value that is not finite. The
    network is made without memory first, so that no configuration asks for more than its file holds.
    """
    with torch.device("meta"):
        asked = sum(p.numel() for p in make().parameters())
    if 2 * asked > path.stat().st_size:
        raise UsageError(
            f"{path}: has {path.stat().st_size} bytes, too few for the {asked} weights of config.json's "
            "network: take both files from the same checkpoint"
        )
    network = make().eval()
    fold(network)
    endings = tuple(unused)
    wanted = {k: v for k, v in network.state_dict().items() if not k.endswith(endings)}
    found = _read(path, {name: tuple(t.shape) for name, t in wanted.items()}, endings)
    network.load_state_dict(found, strict=False)
    return network


def fold(network: nn.Module) -> None:
    """Replace every parametrised weight by its value."""
    for module in network.modules():
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight")


def _read(path: Path, wanted: Mapping[str, tuple[int, ...]], unused: tuple[str, ...]) -> dict[str, Tensor]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            names = set(file.keys())
            made = {name: _weight(path, file, names, name, shape) for name, shape in wanted.items()}
    except (SafetensorError, OSError) as error:
        line = ascii(str(error)[:80])[1:-1]
        raise UsageError(f"{path}: not a safetensors file ({line}): download it again") from None
    extra = sorted(name for name in names if not name.endswith(unused))
    if extra:
        raise UsageError(
            f"{path}: holds tensor {extra[0][:80]!r}, which config.json's network has not: take both files "
            "from the same checkpoint"
        )
    return made


def _weight(path: Path, file: Any, names: set[str], name: str, shape: tuple[int, ...]) -> Tensor:
    """One weight as float32, however it is stored; what was read is taken out of `names`."""
    stem = name.removesuffix("weight")
    for length, direction in _NORMED if stem != name else ():
        if stem + direction in names:
            g = _tensor(path, file, names, stem + length, (shape[0],) + (1,) * (len(shape) - 1))
            v = _tensor(path, file, names, stem + direction, shape)
            return _finite(path, name, torch._weight_norm(v, g, 0))
    return _finite(path, name, _tensor(path, file, names, name, shape))


def _tensor(path: Path, file: Any, names: set[str], name: str, shape: tuple[int, ...]) -> Tensor:
    if name not in names:
        raise UsageError(f"{path}: tensor {name!r} is missing: download the checkpoint again")
    names.discard(name)
    stored = file.get_slice(name)
    found, kind = tuple(stored.get_shape()), stored.get_dtype()
    if found != shape or kind not in _FLOATS:
        raise UsageError(
            f"{path}: tensor {name!r} is {kind} {list(found)}, config.json needs floats {list(shape)}: take "
            "both files from the same checkpoint"
        )
    tensor: Tensor = file.get_tensor(name)
    return tensor.float()


def _finite(path: Path, name: str, tensor: Tensor) -> Tensor:
    if not bool(torch.isfinite(tensor).all()):
        raise UsageError(
            f"{path}: tensor {name!r} holds values that are not finite numbers: download it again"
        )
    return tensor
