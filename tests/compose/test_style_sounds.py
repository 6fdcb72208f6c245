"""What styles are played in: timbres that there are, for every style and layer."""

from __future__ import annotations

import pytest

from stemwright.compose.sounds import usual_timbre
from stemwright.compose.styles import BOOK, MORE
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
    assert usual_timbre("ambient", "zither") == "new age pad"
    assert (
        usual_timbre("ambient", "strings") == "strings" and usual_timbre("rock", "guitar2") == "steel guitar"
    )
    assert (
        usual_timbre("salsa", "percussion") == "percussion" and usual_timbre("pop", "lead:pad") != "strings"
    )
    assert usual_timbre("rnb", "harmony") == "wurlitzer" and usual_timbre("bossa nova", "harmony") == "nylon"


def test_what_has_no_timbre() -> None:
    assert usual_timbre("", "lead") == usual_timbre("polka", "lead") == usual_timbre("pop", "audio") == ""


@pytest.mark.parametrize(("layer", "low", "high"), [("bass", 28, 55), ("harmony", 48, 76), ("lead", 60, 84)])
def test_what_is_written_can_be_played(layer: str, low: int, high: int) -> None:
    """Timbres of the styles after the first twelve reach as far as the arranger's notes."""
    bundles = shipped()
    if layer not in bundles:
        pytest.skip("no bundle of this layer is installed")
    ranges = load_bundle(bundles[layer]).manifest.architecture.get("ranges", {})
    used = {usual_timbre(style, layer) for style in MORE} & set(ranges)
    assert {
        timbre: ranges[timbre] for timbre in used if not ranges[timbre][0] <= low < high <= ranges[timbre][1]
    } == {}
