"""How much a step reads and computes. Imports little: contestants' memory is measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from stemwright.models.architecture import floats, matrices


def weight_bytes(config: Mapping[str, Any]) -> int:
    """Bytes of an int8 bundle's tensors."""
    quantised = sum(rows * columns + 4 * rows for rows, columns in matrices(config).values())
    return quantised + 4 * sum(math.prod(shape) for shape in floats(config).values())


class Sizes(NamedTuple):
    """Bytes that one step reads at the least: every weight once, and the cache of every row."""

    weights: int
    cache: int


def step_sizes(config: Mapping[str, Any], batch: int, *, weight: int, element: int, scale: int) -> Sizes:
    """What a step reads with a cache of the whole window.

    weight: bytes a weight. element: bytes a number of the cache. scale: bytes of the scale that each key and
    each value has there. Of the embeddings only the rows that are looked up count.
    """
    c = config
    read = [shape for name, shape in matrices(c).items() if not name.startswith("embed.")]
    per_row = 4 if weight == 1 else 0
    weights = sum(rows * columns * weight + rows * per_row for rows, columns in read)
    weights += 4 * sum(math.prod(shape) for shape in floats(c).values())
    weights += batch * c["codebooks"] * c["d_model"] * weight
    head = c["window"] * 2 * (c["head_dim"] * element + scale)
    return Sizes(weights, batch * c["layers"] * c["kv_heads"] * head)


def multiply_adds(config: Mapping[str, Any], batch: int) -> int:
    """Multiply-adds of one step's products and attention."""
    c = config
    products = sum(r * k for name, (r, k) in matrices(c).items() if not name.startswith("embed."))
    products += c["d_model"] * c["features"]
    attention = c["layers"] * c["heads"] * c["head_dim"] * c["window"] * 2
    return int(batch * (products + attention))
