"""A score played by a General MIDI soundfont: the control that needs nothing of ours but the notes.

The program `fluidsynth` plays the MIDI file that `export` would write of the layer, at 48 kHz stereo, with
its own reverb and chorus.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.assess.recordings import Audio, read_as_is
from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.exchange.programs import program_of
from stemwright.song.timebase import FRAME_RATE

if TYPE_CHECKING:
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState

PROGRAM = "fluidsynth"
RATE = 48000
GAIN = 0.6
TIMEOUT = 300.0
"""Seconds a layer."""
TAIL = 30.0
"""Seconds after a song's end at which what still rings is cut."""

_SHARE = Path("/usr/share/sounds")
FONTS = tuple(
    _SHARE / name
    for name in (
        "sf3/MuseScore_General_Lite.sf3",
        "sf3/MuseScore_General.sf3",
        "sf3/default-GM.sf3",
        "sf2/FluidR3_GM.sf2",
        "sf2/default-GM.sf2",
    )
)
"""Where Debian puts General MIDI soundfonts; the first that is there plays."""


class NoPlayer(StemwrightError):
    """There is nothing that could play: why not, and what to install."""


def find_font(given: Path | None = None) -> Path:
    """The soundfont to play with. NoPlayer where none is found or the program is missing; UsageError where
    `given` is not a file.
    """
    if given is not None and not given.is_file():
        raise UsageError(f"{argument('soundfont')} {given}: is not a file; name a .sf2 or .sf3 file")
    if shutil.which(PROGRAM) is None:
        raise NoPlayer(
            f"{PROGRAM} is not installed; install it (Debian: {PROGRAM}) or give {argument('control')}"
        )
    font = given or next((font for font in FONTS if font.is_file()), None)
    if font is None:
        raise NoPlayer(
            f"no General MIDI soundfont is installed; give {argument('soundfont')} FILE "
            "(Debian: musescore-general-soundfont-small)"
        )
    return font


def play(state: GlobalState, layer: str, score: Score, timbre: str, font: Path) -> Audio:
    """A layer's score by a soundfont: float32 [N, 2] at RATE. StemwrightError where it does not play."""
    from stemwright.song.midi import write_midi

    with tempfile.TemporaryDirectory(prefix="stemwright-control-") as folder:
        notes, sound = Path(folder, "score.mid"), Path(folder, "control.wav")
        notes.write_bytes(write_midi(state, {layer: score}, {layer: program_of(layer, timbre)}))
        options = ["-ni", "-q", "-g", str(GAIN), "-r", str(RATE), "-F", str(sound)]
        command = [PROGRAM, *options, str(font.resolve()), str(notes)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL)
            if done.returncode:
                raise UsageError(f"exit code {done.returncode}")
            # It ends well and plays another soundfont where it cannot read the one that is asked for.
            if b"Failed to load" in done.stderr:
                raise UsageError("it cannot load it")
            audio, _ = read_as_is(sound, state.frames / FRAME_RATE + TAIL)
        except (OSError, subprocess.SubprocessError, UsageError) as error:
            reason = str(error).splitlines()[0][:160]
            raise StemwrightError(
                f"soundfont {font}: {PROGRAM} cannot play it ({reason}); "
                f"give another with {argument('soundfont')}"
            ) from None
    return audio
