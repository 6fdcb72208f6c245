"""A network compiled for a long training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def compiled(plain: Callable[..., Tensor], say: Callable[[str], None]) -> Callable[..., Tensor]:
    """The same, by torch.compile: faster, after a minute in which it is compiled. Where that fails it is
    said, and ``plain`` goes on."""
    chosen: list[Callable[..., Tensor]] = [torch.compile(plain)]

    def run(*arguments: Any) -> Tensor:
        try:
            return chosen[0](*arguments)
        except (RuntimeError, ImportError, OSError) as error:  # no compiler, or one that cannot
            if chosen[0] is plain:
                raise
            say(f"not compiled ({type(error).__name__}): training without")
            chosen[0] = plain
            return plain(*arguments)

    return run
