"""What styles are played in: timbres that there are, for every style and layer."""

from __future__ import annotations

import pytest

from stemwright.compose.sounds import usual_timbre
from stemwright.compose.styles import BOOK
from stemwright.instruments.timbres import TIMBRES
from stemwright.models import load_bundle, shipped
from stemwright.song.layers import LAYERS


@pytest.mark.parametrize("layer", LAYERS)
def test_every_style_has_timbres_that_there_are(layer: str) -> None:
    used = {usual_timbre(style, layer) for style in BOOK}
    assert used <= set(TIMBRES[layer]) and len(used) >= 5
    bundles = shipped()
    if layer in bundles:
        assert used <= set(load_bundle(bundles[layer]).manifest.timbres)


def test_styles_sound_like_themselves() -> None:
    assert usual_timbre("Heavy Metal", "lead") == "driven guitar" == usual_timbre("rock", "lead-2")
    assert usual_timbre("jazz", "bass-2") == "upright" and usual_timbre("hip-hop", "drums") == "808"
    assert usual_timbre("ambient", "strings") == "new age pad"
    assert usual_timbre("rnb", "harmony") == "wurlitzer" and usual_timbre("bossa nova", "harmony") == "nylon"


def test_what_has_no_timbre() -> None:
    assert usual_timbre("", "lead") == usual_timbre("polka", "lead") == usual_timbre("pop", "audio") == ""
