"""Torch as trainings want it."""

from __future__ import annotations

import contextlib
import ctypes
import sys

import torch

from stemwright.training.fit.parallel import join, world


def pick_device(name: str) -> torch.device:
    """``auto`` is CUDA where there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and world().size > 1:
        return torch.device(name, world().local)
    return torch.device(name)


def settle(threads: int | None) -> None:
    """Torch's settings for a training run, which meets the other processes where it is one of several."""
    _keep_memory()
    join()
    if threads:
        torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    # That also fills every new tensor with NaN, a tenth of a flow's step. Only a read before the first write
    # could tell, and while it was filled no training met a NaN: nothing reads what it has not written.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = False


def device_words(device: torch.device) -> str:
    """A device as manifests name it."""
    if device.type == "cuda":
        return f"cuda: {torch.cuda.get_device_name(device)}"
    return f"{device.type}, {torch.get_num_threads()} threads, torch {torch.__version__}"


def _keep_memory() -> None:
    """Ask glibc to keep freed memory: otherwise each step maps and faults its pages again (a fifth of the
    time).
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            libc = ctypes.CDLL("libc.so.6")
            libc.mallopt(-4, 0)  # M_MMAP_MAX
            libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD
