"""What a song as an object does with sound: recordings as layers, levels from bar to bar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.face import arguments as arg
from stemwright.face.results import LayerSet, Played, Watched
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.editing.recorded import Recorded


class Sounds:
    """A part of `Song`."""

    path: Path

    def add_recording(
        self,
        name: str,
        file: arg.Place,
        *,
        at: int = 1,
        start: float = 0.0,
        gain: float = 0.0,
        stretch: bool = False,
        bpm: float | None = None,
        progress: Watch = unwatched,
    ) -> LayerSet:
        """Add a layer of kind audio: a recording (WAV, FLAC, OGG, MP3, AIFF) from second `start` on, which
        begins at bar `at`. Its tempo and key are told in `remarks`. `stretch`: it is brought to the song's
        tempo, from `bpm` or what is heard, which needs the package pedalboard.
        """
        from stemwright.editing.recorded import add_recording

        asked = _recorded(file, at, start, stretch, bpm)
        level = arg.numbers({"gain": gain})["gain"]
        return LayerSet.read(add_recording(self.path, name, asked, level, progress))

    def take_recording(
        self,
        layer: str,
        file: arg.Place,
        *,
        at: int = 1,
        start: float = 0.0,
        stretch: bool = False,
        bpm: float | None = None,
        progress: Watch = unwatched,
    ) -> LayerSet:
        """Make a recording another take of a layer of kind audio; the rest as of `add_recording`."""
        from stemwright.editing.recorded import take_recording

        return LayerSet.read(
            take_recording(self.path, layer, _recorded(file, at, start, stretch, bpm), progress)
        )

    def play(
        self,
        *,
        start: int | None = None,
        loop: arg.Pair | None = None,
        solo: arg.Texts | None = None,
        click: bool = False,
        quality: str | None = "standard",
        out: arg.Place | None = None,
        progress: Watch = unwatched,
    ) -> Played:
        """Play from bar `start` to the end, or bars in a `loop` until KeyboardInterrupt; of layers only
        those in `solo`, where some are named; with a `click` on each beat. With `out`, or where there is no
        output device, it is written to a file once.
        """
        from stemwright.playback.play import play

        facts = play(
            self.path,
            first=arg.whole("start", start),
            loop=arg.pair_text("loop", loop),
            solo=arg.texts(solo),
            click=click,
            quality=quality,
            out=None if out is None else arg.path(out),
            watch=progress,
        )
        return Played.read(facts)

    def watch(
        self,
        *,
        out: arg.Place | None = None,
        quality: str | None = None,
        interval: float = 0.5,
        once: bool = False,
    ) -> Iterator[Watched]:
        """Mix the song now and whenever something changed it, and give each mix; looks every `interval`
        seconds. `once`: only now. `out`, `quality`: as in `mix`.
        """
        from stemwright.playback.changes import watch_song

        to, every = None if out is None else arg.path(out), arg.numbers({"interval": interval})["interval"]
        for facts in watch_song(self.path, out=to, quality=quality, interval=every, once=once):
            yield Watched.read(facts)

    def gain(
        self, layer: str, level: float | str, *, bars: arg.Pair | None = None, section: str | None = None
    ) -> LayerSet:
        """Make some bars of a layer, or the sections of a name, `level` dB louder than the layer is ("auto":
        as loud), each reached within 20 ms before its bar.
        """
        from stemwright.editing.automation import AUTO, set_gain

        db = None if level == AUTO else arg.numbers({"gain": level})["gain"]  # type: ignore[dict-item]
        return LayerSet.read(set_gain(self.path, layer, db, arg.pair_text("bars", bars), section))


def _recorded(file: arg.Place, at: int, start: float, stretch: bool, bpm: float | None) -> Recorded:
    from stemwright.editing.recorded import Recorded

    numbers = arg.numbers({"start": start, "bpm": bpm})
    return Recorded(arg.path(file), arg.whole("at", at) or 0, numbers["start"], stretch, numbers.get("bpm"))
