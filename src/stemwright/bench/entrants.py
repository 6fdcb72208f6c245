"""Who takes part, with which settings, and how close their logits must be to the engine's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

PYTORCH = "stemwright.training.rivals"
ORT = "stemwright.bench.ort"
EXTRA = "pip install 'stemwright[train]'"


@dataclass(frozen=True)
class Entrant:
    """A contestant process. `tolerance`: largest difference of a logit from the float32 engine's, over the
    root mean square of all logits. `settings`: environment variables. `about`: what was set, in words."""

    name: str
    title: str
    module: str
    argument: str
    tolerance: float
    needs: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    about: str = ""

    @property
    def missing(self) -> str | None:
        """A package that it needs and that is not installed."""
        return next((package for package in self.needs if find_spec(package) is None), None)


LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""What the engine asks the system for by itself."""

ENTRANTS = (
    Entrant("engine-int8", "engine, int8 cache", "stemwright.bench", "int8", 0.1),
    Entrant("engine-fp32", "engine, fp32 cache", "stemwright.bench", "float32", 1e-3),
    Entrant(
        "pytorch",
        "PyTorch eager fp32",
        PYTORCH,
        "pytorch",
        1e-3,
        ("torch",),
        {**LARGE_PAGES, "THP_MEM_ALLOC_ENABLE": "1"},
        "inference mode, static cache buffers, q/k/v and gate/up fused, large pages asked for",
    ),
    Entrant(
        "ort-fp32",
        "ONNX Runtime fp32",
        ORT,
        "fp32",
        1e-3,
        ("onnx", "onnxruntime"),
        LARGE_PAGES,
        "all graph optimisations, fixed shapes, inputs and outputs bound once, one cache buffer for past and "
        "present, threads spin as by default, large pages asked for",
    ),
    Entrant(
        "ort-int8",
        "ONNX Runtime int8",
        ORT,
        "int8",
        1.0,
        ("onnx", "onnxruntime"),
        LARGE_PAGES,
        "as fp32; int8 activations in the products (accuracy_level 4; below it they are 12 times slower)",
    ),
)
ENGINE = ENTRANTS[0].name
REFERENCE = ENTRANTS[1].name


def present() -> tuple[list[Entrant], list[str]]:
    """Who can take part here, and one line for each who cannot."""
    able = [entrant for entrant in ENTRANTS if entrant.missing is None]
    absent = [
        f"{entrant.title} left out: {entrant.missing} is not installed; get it with: {EXTRA}"
        for entrant in ENTRANTS
        if entrant.missing is not None
    ]
    return able, absent
