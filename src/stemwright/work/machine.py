"""What a run was made with: versions, processor, threads, memory."""

from __future__ import annotations

import os
import platform
import sys
from functools import lru_cache

import stemwright

PACKAGES = ("numpy", "onnxruntime")


def versions() -> dict[str, str]:
    """Versions of everything that results may depend on."""
    from importlib import metadata  # takes a twentieth of a second, which reading commands do without

    found = {"stemwright": stemwright.__version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "missing"
    return found


@lru_cache(maxsize=1)
def processor() -> str:
    """The processor's name as people know it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def memory_mb() -> int | None:
    """Memory of the machine in MB, where the system tells."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20)
    except (AttributeError, OSError, ValueError):
        return None


def peak_memory_mb() -> float | None:
    """Most memory this process has held so far, in MB, where the system tells."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
