"""Opus beside our codec: the command-line tools of opus-tools, where they are installed.

`--cvbr --music`; the decoder gives 24 kHz, aligned with the input (opusdec skips the encoder's delay).
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from stemwright.assess.recordings import Audio
from stemwright.errors import StemwrightError, argument
from stemwright.song.timebase import SAMPLE_RATE

KBIT = (6, 12, 16, 24)
TIMEOUT = 120.0
"""Seconds a sound."""


def require() -> None:
    """StemwrightError unless `opusenc` and `opusdec` are on the path."""
    for name in ("opusenc", "opusdec"):
        if shutil.which(name) is None:
            raise StemwrightError(
                f"{argument('opus')}: {name} is not installed; install opus-tools "
                f"or leave {argument('opus')} out"
            )


def through_opus(audio: Audio, kbit: int) -> Audio:
    """`audio` [N] through Opus and back. StemwrightError where a tool fails."""
    import soundfile

    with tempfile.TemporaryDirectory(prefix="stemwright-opus-") as folder:
        source, coded, heard = (str(Path(folder) / name) for name in ("a.wav", "a.opus", "b.wav"))
        soundfile.write(source, audio, SAMPLE_RATE, subtype="PCM_16")
        _call("opusenc", "--quiet", "--bitrate", str(kbit), "--cvbr", "--music", source, coded)
        _call("opusdec", "--quiet", "--rate", str(SAMPLE_RATE), coded, heard)
        made = soundfile.read(heard, dtype="float32", always_2d=True)[0].mean(axis=1)
    return np.asarray(made, dtype=np.float32)


def _call(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        raise StemwrightError(f"{command[0]}: failed ({error}); leave {argument('opus')} out") from None
