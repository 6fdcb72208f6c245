"""Which timbres a folder gives: known ones that are there, and a user's own of every format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.instruments import palette
from stemwright.instruments.audition import pitch_error
from stemwright.instruments.events import PlacedNote
from stemwright.instruments.multisample import folder_regions, pitch_in
from stemwright.instruments.palette import find_palette
from stemwright.instruments.render import Studio, mix_events
from stemwright.instruments.sampler import RATE, WIDE
from stemwright.instruments.timbres import MAX_TIMBRES, RECIPES, TIMBRES, TimbreRecipe, names
from stemwright.song.drums import PIECE_PITCH
from support.soundfonts import write_sf2, write_sfz

Tone = Callable[..., None]
KEYS = "<region> sample=tone.wav pitch_keycenter=69 lokey={} hikey={}\n"


@pytest.fixture(autouse=True)
def no_soundfont(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine has, there is no soundfont of the system."""
    monkeypatch.setattr(palette, "_has_soundfont", lambda soundfont: False)


def own(samples: Path) -> dict[str, dict[str, TimbreRecipe]]:
    """Layer -> name -> the timbres that are not known ones."""
    found = find_palette(samples).recipes
    return {
        layer: {made.name: made for made in rs if made not in RECIPES[layer]} for layer, rs in found.items()
    }


def test_known_timbres_are_those_whose_recordings_are_there(samples: Path) -> None:
    whole = find_palette(samples)
    recorded = {layer: tuple(r for r in rs if r.kind != "soundfont") for layer, rs in RECIPES.items()}
    assert whole.recipes == recorded
    assert any("soundfont" in line for line in whole.remarks)
    assert any(
        line.startswith("lead: left out, for want of recordings: sax, flute, ") for line in whole.remarks
    )


def test_with_a_soundfont_and_all_recordings_nothing_is_left_out(
    samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(palette, "_has_soundfont", lambda soundfont: True)
    whole = find_palette(samples)
    assert dict(whole.recipes) == RECIPES and whole.remarks == () and names(whole.recipes) == TIMBRES


def test_own_instruments_become_timbres_of_the_layers_they_fit(tmp_path: Path) -> None:
    write_sfz(tmp_path / "Bass" / "My Precision")
    write_sfz(tmp_path / "things")
    write_sfz(tmp_path / "drums", KEYS.format(36, 36) + KEYS.format(38, 38) + KEYS.format(42, 42))
    write_sf2(tmp_path / "font.sf2")
    found = own(tmp_path)
    # A name beats a folder's, the nearest folder one that is further away; without a word it is both.
    assert set(found["bass"]) == {"tiny"} and found["bass"]["tiny"].path == "Bass/My Precision/tiny.sfz"
    assert set(found["drums"]) == {"tiny", "kit"} and found["drums"]["kit"].bank == 128
    assert set(found["harmony"]) == set(found["lead"]) == {"tiny", "sine"}
    assert found["bass"]["tiny"].range == (48, 84) and found["lead"]["sine"].range == (40, 90)
    assert found["lead"]["sine"].source == "font.sf2 (own recordings)"


@pytest.mark.parametrize(
    ("path", "layers"),
    [
        ("Bassoon.sfz", {"harmony", "lead"}), ("pads/warm.sfz", {"harmony"}), ("Solo_Violin.sfz", {"lead"}),
        ("strings/lead.sfz", {"lead"}), ("Drum Kit/a.sfz", {"drums"}), ("fingerbass.sfz", {"bass"}),
        ("organ solo.sfz", {"harmony", "lead"}),
    ],
)  # fmt: skip
def test_names_tell_the_layer(path: str, layers: set[str]) -> None:
    stem = Path(path).stem.lower().replace("_", " ")
    assert set(palette._kinds(TimbreRecipe(stem, "zones", path))) == layers


def test_what_is_passed_over_is_said_in_a_few_lines(tmp_path: Path, tone: Tone) -> None:
    write_sfz(tmp_path / "good")
    write_sfz(tmp_path / "narrow", KEYS.format(60, 65))
    (tmp_path / "broken.sf2").write_bytes(b"RIFF nothing")
    (tmp_path / "empty.sfz").write_text("<group> key=60\n")
    write_sfz(tmp_path / "kit", KEYS.format(36, 36)).rename(tmp_path / "kit" / "one.sfz")
    tone(tmp_path / "loops" / "groove.wav", 220.0)
    tone(tmp_path / "drum hits" / "60.wav", 220.0)
    tone(tmp_path / ".hidden" / "a4.wav", 440.0)
    made = find_palette(tmp_path)
    said = [line.removeprefix("passed over: ") for line in made.remarks if "passed over" in line]
    assert len(said) == 6 and said[-1] == "and 1 more instruments or recordings"
    text = " | ".join(said)
    for part in (
        "narrow/tiny.sfz 'tiny': has 6 keys, under an octave",
        "broken.sf2",
        "empty.sfz",
        "kit/one.sfz 'one': sounds on 1 drum pieces",
        "drum hits: a kit of recordings needs an SFZ",
    ):
        assert part in text, part
    found = {layer: list(timbres) for layer, timbres in own(tmp_path).items()}
    assert found == {"harmony": ["tiny"], "lead": ["tiny"]}
    with pytest.raises(UsageError, match="has no instruments"):
        find_palette(tmp_path / "loops")


def test_names_are_kept_apart_and_slots_are_limited(tmp_path: Path) -> None:
    room = MAX_TIMBRES - len(RECIPES["lead"])
    for number in range(room + 2):
        write_sfz(tmp_path / "lead" / f"{number:02}").rename(tmp_path / "lead" / f"{number:02}" / "flute.sfz")
    found = own(tmp_path)["lead"]
    assert list(found)[:2] == ["flute 2", "flute 3"] and len(found) == room
    assert len(names(find_palette(tmp_path).recipes)["lead"]) <= MAX_TIMBRES


@pytest.mark.parametrize(
    ("name", "pitch"),
    [
        ("Piano C#4 v1", 61), ("a3_mp_rr1", 57), ("060_soft", 60), ("As2", 46), ("Bb-1", 10), ("Pad 72", 72),
        ("069_A4_v3", 69), ("kick", None), ("take 2", None), ("loop 128", None), ("C10", None),
        ("Cello D3", 50), ("2024 jam", None),
    ],
)  # fmt: skip
def test_pitches_in_names(name: str, pitch: int | None) -> None:
    assert pitch_in(name) == pitch


def test_a_folder_of_recordings_is_an_instrument_in_tune(tmp_path: Path, tone: Tone) -> None:
    for name, pitch in (("C4", 60), ("C4 b", 60), ("G4", 67), ("C5", 72)):
        tone(tmp_path / "harp" / f"{name}.wav", 440 * 2 ** ((pitch - 69) / 12), seconds=2.0)
    regions = folder_regions(tmp_path / "harp", 0.2)
    assert [(r.center, r.low, r.high) for r in regions] == [
        (60, 0, 63),
        (60, 0, 63),
        (67, 64, 69),
        (72, 70, 127),
    ]
    made = own(tmp_path)["lead"]["harp"]
    assert made.kind == "folder" and made.range == (54, 78)
    studio = Studio(tmp_path, recipes=find_palette(tmp_path).recipes)
    assert {pitch for pitch in (54, 61, 78) if abs(tuned(studio, "lead", "harp", pitch)) <= 3} == {54, 61, 78}


def tuned(studio: Studio, layer: str, timbre: str, pitch: int) -> float:
    """Cents by which a note is off."""
    instrument, _ = studio.instrument(layer, timbre)
    note = mix_events(instrument, [PlacedNote(0, RATE, pitch, 100)], RATE)
    return pitch_error(note[1200:13200], pitch)


@pytest.mark.parametrize("font", [False, True])
def test_own_files_are_in_tune_on_time_and_as_loud_as_others(tmp_path: Path, font: bool) -> None:
    if font:
        write_sf2(tmp_path / "sine.sf2")
    else:
        write_sfz(tmp_path).rename(tmp_path / "sine.sfz")
    studio = Studio(tmp_path, recipes=find_palette(tmp_path).recipes)
    instrument, gain = studio.instrument("lead", "sine")
    assert not instrument.one_shot and abs(tuned(studio, "lead", "sine", 60)) <= 3
    loud, soft = (mix_events(instrument, [PlacedNote(2400, RATE, 72, v)], 2 * RATE) for v in (110, 40))
    assert np.abs(loud[:2390]).max() == 0 and np.abs(loud[2400:2640]).max() > 0.1 * np.abs(loud).max()
    assert np.abs(soft).max() < 0.5 * np.abs(loud).max() and np.abs(loud[-2400:]).max() < 0.01
    again = mix_events(instrument, [PlacedNote(2400, RATE, 72, 110)], 2 * RATE)
    np.testing.assert_array_equal(again, loud)
    wide = Studio(tmp_path, form=WIDE, recipes=studio.recipes).instrument("lead", "sine")
    assert wide[1] == pytest.approx(gain)
    assert mix_events(wide[0], [PlacedNote(0, RATE, 72, 100)], RATE, WIDE).shape == (2 * RATE, 2)


def test_an_own_kit_is_struck_and_rings_out(tmp_path: Path) -> None:
    write_sf2(tmp_path / "font.sf2")
    kit, _ = Studio(tmp_path, recipes=find_palette(tmp_path).recipes).instrument("drums", "kit")
    assert kit.one_shot
    hit = mix_events(kit, [PlacedNote(0, 1, PIECE_PITCH["kick"], 100)], RATE)
    assert np.abs(hit[2400:4800]).max() > 0.01
