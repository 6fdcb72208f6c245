"""A tone codec of random numbers, that a training can hear by."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from stemwright.codec.tone.tuning import Tuning
from stemwright.models import Bundle
from stemwright.training.tone.export import export_model
from stemwright.training.tone.model import ToneConfig, ToneModel

SMALL = ToneConfig(
    timbres=9, encoder_width=16, encoder_blocks=1, latent=8, codebooks=3, codebook_size=32, width=32,
    blocks=1, expansion=2, voice=16,
)  # fmt: skip


def write_tone_codec(data: Path, folder: Path) -> Bundle:
    """The bundle `folder/tone`, for the timbres of `write_tone_data`."""
    torch.manual_seed(1)
    model = ToneModel(SMALL).eval()
    for each in (*model.parameters(), model.quantiser.codebooks):
        each.data += 0.1 * torch.randn_like(each)  # tensors that are alike would be stored once
    tuning = Tuning.from_json(json.loads((data / "tuning.json").read_text()), "tuning.json")
    slots = {("drums", "acoustic"): 1, ("bass", "finger"): 2, ("harmony", "piano"): 3, ("lead", "sax"): 4}
    return export_model(model, tuning, slots, folder / "tone", steps=1)
