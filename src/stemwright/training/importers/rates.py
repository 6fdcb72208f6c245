"""Bit rates: how many codebooks of a residual quantiser they pay for."""

from __future__ import annotations

import math

from stemwright.errors import UsageError, argument
from stemwright.training.importers.published_folder import Folder


def kbit_of(codebooks: int, sample_rate: int, hop: int, codebook_size: int) -> float:
    """Kilobits a second: frames a second x codebooks x bits of a code."""
    return codebooks * sample_rate / hop * math.log2(codebook_size) / 1000


def codebooks_for(
    folder: Folder, kbit: float, sample_rate: int, hop: int, codebook_size: int, have: int
) -> int:
    """As many of the `have` codebooks as `kbit` pays for. UsageError where that is none."""
    one = kbit_of(1, sample_rate, hop, codebook_size)
    if not kbit >= one * (1 - 1e-9):
        raise UsageError(
            f"{argument('kbit')} {kbit:g}: {folder.path} needs {one:.3g} kbit/s for one codebook; give more"
        )
    return int(min(kbit / one, have) + 1e-9)
