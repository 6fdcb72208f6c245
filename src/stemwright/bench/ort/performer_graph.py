"""The performer's step as an ONNX graph for ONNX Runtime's CPU provider, in its fused operators.

Inputs: tokens int64 [batch, K], features [batch, F], seqlens int32 [batch] (position of this step), total
int32 (that plus one), past_key.i and past_value.i [batch, KV heads, cache, head_dim]. Outputs: logits
[batch, 1, K * V], present_key.i and present_value.i, to be bound to the buffers of the past. The operators
are those of https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from stemwright.bench.material import dense, stacked
from stemwright.bench.ort.graph_format import GraphFormat

CONTRIB = "com.microsoft"
MOST_POSITIONS = 4096


CacheScales = Sequence[tuple[np.ndarray, np.ndarray]]
"""Scales of keys and of values, float32 [KV heads * head_dim], a block each."""


def performer(
    config: Mapping[str, Any],
    tensors: Mapping[str, np.ndarray],
    form: GraphFormat,
    scales: CacheScales | None = None,
) -> ModelProto:
    """The graph of a performer; `scales` are needed where the cache is int8."""
    return _Builder(config, tensors, form, scales).model()


class _Builder:
    def __init__(
        self,
        config: Mapping[str, Any],
        tensors: Mapping[str, np.ndarray],
        form: GraphFormat,
        scales: CacheScales | None,
    ) -> None:
        self.c, self.tensors, self.form, self.scales = config, tensors, form, scales
        self.nodes: list[Any] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(
        self, kind: str, inputs: Sequence[str], *outputs: str, contrib: bool = False, **fields: Any
    ) -> str:
        """Add a node; the name of its first output is given, or made up."""
        names = list(outputs) or [f"{kind}.{len(self.nodes)}"]
        domain = CONTRIB if contrib else ""
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **fields))
        return names[0]

    def linear(self, x: str, *names: str) -> str:
        if self.form.block is None:
            return self.node("MatMul", [x, self.constant(f"{names[0]}.weight", dense(self.tensors, names).T)])
        weight, scale = stacked(self.tensors, names)
        (outputs, inputs), block = weight.shape, self.form.block
        blocks = -(-inputs // block)
        unsigned = np.full((outputs, blocks * block), 128, np.uint8)  # 128 is the operator's zero
        unsigned[:, :inputs] = (weight.astype(np.int16) + 128).astype(np.uint8)
        packed = self.constant(f"{names[0]}.weight", unsigned.reshape(outputs, blocks, block))
        each = self.constant(f"{names[0]}.scale", np.repeat(scale[:, None], blocks, axis=1))
        return self.node(
            "MatMulNBits",
            [x, packed, each],
            contrib=True,
            K=inputs,
            N=outputs,
            bits=8,
            block_size=block,
            accuracy_level=4,
        )

    def embedded(self) -> str:
        """[batch, 1, d]: the sum of the codebooks' rows and of the conditioning."""
        c = self.c
        offsets = np.arange(c["codebooks"], dtype=np.int64) * (c["codebook_size"] + 1)
        ids = self.node("Add", ["tokens", self.constant("offsets", offsets)])
        names = [f"embed.{k}" for k in range(c["codebooks"])]
        if self.form.block is None:
            rows = self.node("Gather", [self.constant("embed", dense(self.tensors, names)), ids])
        else:
            weight, scale = stacked(self.tensors, names)
            whole = self.node("Gather", [self.constant("embed", weight), ids])
            each = self.node("Gather", [self.constant("embed.scale", scale[:, None]), ids])
            rows = self.node("Mul", [self.node("Cast", [whole], to=TensorProto.FLOAT), each])
        one = self.constant("one", np.array([1]))
        cond = [self.constant(name, self.tensors[name]) for name in ("cond.weight", "cond.bias")]
        condition = self.node("Unsqueeze", [self.node("Gemm", ["features", *cond], transB=1), one])
        return self.node("Add", [self.node("ReduceSum", [rows, one], keepdims=1), condition])

    def attention(self, block: int, qkv: str, tables: Sequence[str]) -> str:
        c = self.c
        past = [f"past_key.{block}", f"past_value.{block}"]
        inputs = [qkv, "", "", *past, "seqlens", "total", *tables]
        fields: dict[str, Any] = {}
        if self.form.kv == "int8":
            assert self.scales is not None, "an int8 cache needs scales"
            shape = (1, c["kv_heads"], 1, c["head_dim"])
            pair = zip(("key", "value"), self.scales[block], strict=True)
            each = [self.constant(f"{name}.scale.{block}", scale.reshape(shape)) for name, scale in pair]
            inputs += ["", "", "", *each]
            fields = {"k_quant_type": "PER_CHANNEL", "v_quant_type": "PER_CHANNEL", "kv_cache_bit_width": 8}
        return self.node(
            "GroupQueryAttention",
            inputs,
            f"attended.{block}",
            f"present_key.{block}",
            f"present_value.{block}",
            contrib=True,
            num_heads=c["heads"],
            kv_num_heads=c["kv_heads"],
            do_rotary=1,
            **fields,
        )

    def added(self, x: str, branch: str, norm: str) -> tuple[str, str]:
        """(stream with the branch added, the same normalised)."""
        total = f"stream.{len(self.nodes)}"
        weight = self.constant(norm, self.tensors[norm])
        normed = self.node(
            "SkipSimplifiedLayerNormalization",
            [x, branch, weight],
            f"normed.{len(self.nodes)}",
            "",
            "",
            total,
            contrib=True,
            epsilon=self.c["norm_eps"],
        )
        return total, normed

    def rotary_tables(self) -> list[str]:
        c = self.c
        rate = c["rope_base"] ** (-np.arange(c["head_dim"] // 2) * 2.0 / c["head_dim"])
        angle = np.arange(MOST_POSITIONS)[:, None] * rate
        return [
            self.constant("cos", np.cos(angle).astype(np.float32)),
            self.constant("sin", np.sin(angle).astype(np.float32)),
        ]

    def logits(self) -> None:
        c = self.c
        tables = self.rotary_tables()
        x = self.embedded()
        first = "blocks.0.norm1.weight"
        normed = self.node(
            "SimplifiedLayerNormalization",
            [x, self.constant(first, self.tensors[first])],
            axis=-1,
            epsilon=c["norm_eps"],
            stash_type=1,
        )
        for i in range(c["layers"]):
            block = f"blocks.{i}."
            qkv = self.linear(normed, block + "q", block + "k", block + "v")
            branch = self.linear(self.attention(i, qkv, tables), block + "o")
            x, normed = self.added(x, branch, block + "norm2.weight")
            both = self.linear(normed, block + "gate", block + "up")
            self.node("Split", [both], f"gate.{i}", f"up.{i}", axis=-1, num_outputs=2)
            gate = self.node("QuickGelu", [f"gate.{i}"], contrib=True, alpha=1.0)  # alpha 1 is SiLU
            branch = self.linear(self.node("Mul", [gate, f"up.{i}"]), block + "down")
            last = i + 1 == c["layers"]
            x, normed = self.added(x, branch, "norm.weight" if last else f"blocks.{i + 1}.norm1.weight")
        heads = self.linear(normed, *(f"heads.{k}" for k in range(c["codebooks"])))
        self.node("Identity", [heads], "logits")

    def model(self) -> ModelProto:
        c, value = self.c, helper.make_tensor_value_info
        self.logits()
        inputs = [
            value("tokens", TensorProto.INT64, ["batch", c["codebooks"]]),
            value("features", TensorProto.FLOAT, ["batch", c["features"]]),
            value("seqlens", TensorProto.INT32, ["batch"]),
            value("total", TensorProto.INT32, []),
        ]
        outputs = [value("logits", TensorProto.FLOAT, ["batch", 1, c["codebooks"] * c["codebook_size"]])]
        element = TensorProto.INT8 if self.form.kv == "int8" else TensorProto.FLOAT
        shape = ["batch", c["kv_heads"], "cache", c["head_dim"]]
        for i in range(c["layers"]):
            for name in ("key", "value"):
                inputs.append(value(f"past_{name}.{i}", element, shape))
                outputs.append(value(f"present_{name}.{i}", element, shape))
        graph = helper.make_graph(self.nodes, "performer", inputs, outputs, self.constants)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)
