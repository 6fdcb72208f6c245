"""The kinds of graphs that ONNX Runtime gets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GraphFormat:
    """block: inputs that share a scale in MatMulNBits, None for float32 weights. kv: "float32" or "int8"."""

    block: int | None
    kv: str

    @property
    def file(self) -> str:
        """Name of the graph's file."""
        return f"fp32-{self.kv}.onnx" if self.block is None else f"int8-{self.kv}-{self.block}.onnx"

    @classmethod
    def of(cls, path: Path) -> GraphFormat:
        """The format of a graph's file."""
        _, kv, *block = path.stem.split("-")
        return cls(int(block[0]) if block else None, kv)

    def __str__(self) -> str:
        weights = "MatMul fp32"
        if self.block is not None:
            weights = f"MatMulNBits bits=8 accuracy_level=4 block_size={self.block}"
        return f"{weights}, GroupQueryAttention, {self.kv} cache"
