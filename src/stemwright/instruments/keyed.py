"""A user's instrument, an SFZ file or a preset of a soundfont, played note by note for training."""

from __future__ import annotations

from pathlib import Path

from stemwright.instruments.events import PlacedNote
from stemwright.instruments.files import choose
from stemwright.instruments.playing import Voices, one_note
from stemwright.instruments.sampler import RATE, Audio
from stemwright.instruments.sf2 import Font
from stemwright.instruments.sf2_zones import preset_zones
from stemwright.instruments.sfz_zones import read_sfz
from stemwright.instruments.zones import Keyboard


class KeyboardSynth:
    """The notes of one keyboard. ``drums``: they are found by the piece that they are, and ring out."""

    def __init__(self, keyboard: Keyboard, drums: bool) -> None:
        self.keyboard, self.drums = keyboard, drums
        self._voices = Voices()

    @classmethod
    def of(cls, path: Path, bank: int, program: int, drums: bool) -> KeyboardSynth:
        """Of an SFZ file, or of a preset of a soundfont. UsageError where it cannot be read."""
        if path.suffix.lower() == ".sfz":
            return cls(Keyboard(read_sfz(path)), drums)
        font = Font(path)
        return cls(Keyboard(preset_zones(font, choose(font, f"{bank}:{program}", drums))), drums)

    def wide_note(self, bank: int, program: int, pitch: int, velocity: int, seconds: float) -> Audio:
        """As its protocol in `soundfont_timbres` says; there is one preset, whatever the numbers say."""
        total = round(seconds * RATE)
        return one_note(self.keyboard, self._voices, PlacedNote(0, total, pitch, velocity), total, self.drums)
