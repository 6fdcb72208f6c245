"""The instrument in disguise: what the encoder is given in training is the sound in other colours.

Its harmonics are bent by a polynomial and its bands made louder and softer, while the decoder is to give the
very sound. So the encoder learns what is played, not in which colour; a flute is one more disguise.
"""

from __future__ import annotations

import torch
from torch import Tensor

from stemwright.training.timbre.filter_bank import BANDS

CHANCE = 0.8
BEND = 0.4
BAND_DB, TILT_DB = 4.0, 12.0


def disguised(audio: Tensor) -> tuple[Tensor, Tensor]:
    """Audio ``[batch, samples]`` bent, at the level that it had; factors of its bands ``[batch, BANDS, 1]``.
    Drawn from torch's generator; a fifth of the items stays as it is.
    """
    batch, device = len(audio), audio.device
    hidden = (torch.rand(batch, 1, device=device) < CHANCE).float()
    level = audio.square().mean(-1, keepdim=True).sqrt().clamp_min(1e-5)
    unit = (audio / level).clamp(-4, 4)
    square, cube = (BEND * hidden * torch.randn(batch, 1, device=device) for _ in range(2))
    bent = unit + square * (unit.square() - 1) + 0.5 * cube * unit * (unit.square() - 3)
    bent = bent * level / bent.square().mean(-1, keepdim=True).sqrt().clamp_min(1e-5)
    steps = torch.randn(batch, BANDS, device=device).cumsum(1) * BAND_DB / 2
    places = torch.linspace(0, 1, BANDS, device=device)
    tilt = TILT_DB * torch.randn(batch, 1, device=device) * places
    db = hidden * (steps - steps[:, :1] + tilt).clamp(-30, 18)
    return bent, (10 ** (db / 20))[:, :, None]
