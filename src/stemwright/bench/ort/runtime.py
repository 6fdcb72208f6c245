"""ONNX Runtime on the graphs of `graph_files`: one cache buffer for past and present, all bound once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from stemwright.bench.material import inputs, read
from stemwright.bench.ort.graph_format import GraphFormat
from stemwright.bench.sizes import Sizes, step_sizes

INPUTS = 128


class OrtContestant:
    """`weights`: "fp32" or "int8"; their graphs lie in the folder."""

    def __init__(self, folder: Path, weights: str) -> None:
        self.config, _ = read(folder)
        self._graphs = sorted(folder.glob(f"{weights}-*.onnx"))
        self._decoder: BoundGraph | None = None

    def variants(self, batch: int) -> list[str]:
        """The graphs: how many weights share a scale, and the cache's type."""
        return [str(GraphFormat.of(path)) for path in self._graphs]

    def open(self, variant: int, batch: int, threads: int, cache: int, most: int) -> Sizes:
        """A session with buffers for so many positions."""
        path = self._graphs[variant]
        self._decoder = None
        self._decoder = BoundGraph(path, self.config, batch, threads, cache)
        self._tokens, self._features = inputs(self.config, batch, INPUTS)
        self._next = 0
        config = {**self.config, "window": cache}
        form = GraphFormat.of(path)
        weight, element = (4 if form.block is None else 1), (1 if form.kv == "int8" else 4)
        return step_sizes(config, batch, weight=weight, element=element, scale=0)

    @property
    def decoder(self) -> BoundGraph:
        """What decodes."""
        assert self._decoder is not None, "not open"
        return self._decoder

    def step(self, tokens: np.ndarray, features: np.ndarray) -> np.ndarray:
        """The next position's logits."""
        logits = self.decoder.step(tokens, features)
        return logits.reshape(len(tokens), self.config["codebooks"], -1)

    def fill(self) -> None:
        """Random keys and values stand for those of a long past."""
        self.decoder.fill()

    def decode(self) -> None:
        """One step: the slot before last is written again and again, and all are seen."""
        self._next = (self._next + 1) % INPUTS
        self.decoder.step(self._tokens[:, self._next], self._features[:, self._next])
        self.decoder.position -= 1


class BoundGraph:
    """A graph, its session and its bound buffers."""

    def __init__(self, path: Path, config: dict[str, Any], batch: int, threads: int, cache: int) -> None:
        self._session = ort.InferenceSession(
            str(path), _options(batch, threads, cache), providers=["CPUExecutionProvider"]
        )
        self._binding = self._session.io_binding()
        self._batch = batch
        self.position = 0
        c = config
        self._tokens = self._input("tokens", np.zeros((batch, c["codebooks"]), np.int64))
        self._features = self._input("features", np.zeros((batch, c["features"]), np.float32))
        self._seqlens = self._input("seqlens", np.zeros(batch, np.int32))
        self._total = self._input("total", np.zeros((), np.int32))
        self._logits = np.zeros((batch, 1, c["codebooks"] * c["codebook_size"]), np.float32)
        self._binding.bind_ortvalue_output("logits", ort.OrtValue.ortvalue_from_numpy(self._logits))
        element = np.int8 if GraphFormat.of(path).kv == "int8" else np.float32
        shape = (batch, c["kv_heads"], cache, c["head_dim"])
        self.buffers = {
            f"{name}.{i}": np.zeros(shape, element) for i in range(c["layers"]) for name in ("key", "value")
        }
        for name, buffer in self.buffers.items():
            value = ort.OrtValue.ortvalue_from_numpy(buffer)
            self._binding.bind_ortvalue_input(f"past_{name}", value)
            self._binding.bind_ortvalue_output(f"present_{name}", value)

    def _input(self, name: str, array: np.ndarray) -> ort.OrtValue:
        value = ort.OrtValue.ortvalue_from_numpy(array)
        self._binding.bind_ortvalue_input(name, value)
        return value

    def fill(self) -> None:
        """Random keys and values up to the last position."""
        draw = np.random.default_rng(2)
        for buffer in self.buffers.values():
            if buffer.dtype == np.int8:
                buffer[...] = draw.integers(-127, 128, buffer.shape, dtype=np.int8)
            else:
                buffer[...] = draw.standard_normal(buffer.shape, dtype=np.float32)
        self.position = buffer.shape[2] - 1

    def step(self, tokens: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Logits [batch, 1, K * V]; the array is the same every time."""
        self._tokens.update_inplace(tokens.astype(np.int64))
        self._features.update_inplace(np.ascontiguousarray(features))
        self._seqlens.update_inplace(np.full(self._batch, self.position, np.int32))
        self._total.update_inplace(np.array(self.position + 1, np.int32))
        self._session.run_with_iobinding(self._binding)
        self.position += 1
        return self._logits


def _options(batch: int, threads: int, cache: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_free_dimension_override_by_name("batch", batch)
    options.add_free_dimension_override_by_name("cache", cache)
    options.log_severity_level = 3
    return options
