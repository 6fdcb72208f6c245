"""`layer add --audio`, `layer take --audio`: a recording as a layer's take, placed on the song's grid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.editing.layers import require_new
from stemwright.errors import UsageError, argument
from stemwright.producer.clock import Clock
from stemwright.producer.details import ChangedLayer
from stemwright.producer.layer import settings
from stemwright.producer.record import Act, commit, next_run
from stemwright.producer.workspace import reading, writing
from stemwright.recordings import heard, placed, stretch
from stemwright.recordings.heard import Heard
from stemwright.recordings.placed import Blocks, Measured
from stemwright.recordings.source import RATE, Source, file_sha256, open_source
from stemwright.song.document import LayerEntry, Sampled, Take
from stemwright.song.layers import AUDIO, check_layer_name, kind_of, named_kind
from stemwright.song.score import Score
from stemwright.song.takes import RECORDING
from stemwright.song.timebase import SAMPLE_RATE
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is asked for: a file, from second `start` of it on, at bar `at` (from 1) of the song; `stretched`:
    to the song's tempo. `bpm`: what the file has, where the user knows; None: as it is heard.
    """

    file: Path
    at: int = 1
    start: float = 0.0
    stretched: bool = False
    bpm: float | None = None

    def __post_init__(self) -> None:
        if self.bpm is not None and not self.stretched:
            raise UsageError(
                f"{argument('bpm')}: says how fast the recording is; it is for {argument('stretch')}"
            )
        if self.bpm is not None and not 20 <= self.bpm <= 400:
            raise UsageError(f"{argument('bpm')} {self.bpm:g}: give 20 to 400")


def add_recording(
    path: Path, name: str, asked: Recorded, gain: float = 0.0, watch: Watch = unwatched
) -> dict[str, Any]:
    """Add a layer of kind audio with a recording as its take. UsageError where the song has one of this name,
    or the file does not fit.
    """
    check_layer_name(name, "layer")
    require_new(reading(path).load(), name)
    try:
        entry = LayerEntry(kind=None if named_kind(name) == AUDIO else AUDIO, gain_db=gain)
    except UsageError as error:
        raise UsageError(f"layer {name!r}: {error.marked}") from None
    return _record(path, name, asked, entry, watch)


def take_recording(path: Path, name: str, asked: Recorded, watch: Watch = unwatched) -> dict[str, Any]:
    """Make a recording the next take of a layer of kind audio. UsageError for other layers and kinds."""
    entry = reading(path).load().layer(name)
    if kind_of(entry.role(name)) != AUDIO:
        raise UsageError(
            f"layer {name!r}: is of kind {kind_of(entry.role(name))}, whose takes are played from notes; add "
            f"the recording as a layer of its own: stemwright layer add DIR NAME {argument('audio')} FILE",
            field="layer",
        )
    return _record(path, name, asked, None, watch)


def _record(path: Path, name: str, asked: Recorded, new: LayerEntry | None, watch: Watch) -> dict[str, Any]:
    """Read the recording, store it and record the run. `new`: the layer, where it is new."""
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        if new is not None:
            require_new(song, name)
        entry = song.layer(name) if new is None else new
        with clock.stage("read"):
            sound = _sound(song.state, asked, watch)
        take = _take(folder, song.state, entry, sound)
        entry = entry.with_take(take)
        told = {**({} if new is None else {"added": True}), **_told(take, asked, sound)}
        act = Act(
            "layer",
            [name],
            audio_seconds=sound.measured.samples / RATE,
            made=[take.content_sha256],
            details={name: ChangedLayer(told)},
        )
        number = commit(folder, song.with_layer(name, entry), act, clock)["run"]
    return {
        "layer": name,
        "run": number,
        "timbre": entry.timbre,
        **settings(name, entry),
        "take": take.take,
        "remarks": sound.remarks,
    }


@dataclass(frozen=True, slots=True)
class _Sound:
    """Read: `data` is its object; `ratio`: how much longer it is, None where not stretched."""

    data: bytes
    source: Source
    sha256: str
    measured: Measured
    heard: Heard
    ratio: float | None
    remarks: list[str]


def _sound(state: GlobalState, asked: Recorded, watch: Watch) -> _Sound:
    if not 1 <= asked.at <= state.bars:
        raise UsageError(f"{argument('at')} {asked.at}: the song has bars 1 to {state.bars}")
    before, total = (
        state.timebase.bar_sample(bar) * RATE // SAMPLE_RATE for bar in (asked.at - 1, state.bars)
    )
    source = open_source(asked.file, asked.start, total - before)
    watch("read", 0, 3)
    blocks: Blocks = source.blocks
    measured = placed.measure(blocks, heard.MINUTES * 60)
    watch("read", 1, 3)
    found = heard.listen(measured.mono, state, asked.at - 1, RATE // 2)
    remarks = _faults(source, measured)
    ratio = None
    if asked.stretched:
        ratio = _ratio(state, asked, found)
        source = replace(source, samples=round((total - before) / ratio))
        blocks = stretch.stretched(source.blocks, ratio, total - before)
        measured = placed.measure(blocks, 0)
    watch("read", 2, 3)
    data = placed.encode(blocks, measured, before, total)
    watch("read", 3, 3)
    bar = asked.at - 1
    remarks = [
        found.line(source.name, float(state.timebase.bpm_of(bar)), state.key),
        *([] if ratio is None else [f"{source.name}: {stretch.told(ratio)}"]),
        *remarks,
        *_fits(source, measured, (total - before) / RATE, ratio),
    ]
    return _Sound(data, source, file_sha256(asked.file), measured, found, ratio, remarks)


def _ratio(state: GlobalState, asked: Recorded, found: Heard) -> float:
    """How much longer the recording has to be for the song's tempo. UsageError where that is not known."""
    bar = asked.at - 1
    if any(change >= asked.at for change, _ in state.tempos):
        raise UsageError(
            f"{argument('stretch')}: the song's tempo changes after bar {asked.at}, a recording is stretched "
            "evenly; stretch it elsewhere, or place it after the last change"
        )
    bpm = asked.bpm or found.bpm
    if bpm is None:
        raise UsageError(
            f"{argument('stretch')}: {asked.file.name} has no clear beat; say its tempo: {argument('bpm')} N"
        )
    return bpm / float(state.timebase.bpm_of(bar))


def _faults(source: Source, measured: Measured) -> list[str]:
    """What to say of the file itself."""
    name, said = source.name, []
    if source.channels > 2:
        said.append(f"{name}: {source.channels} channels are mixed down to two (ITU-R BS.775)")
    if source.broken:
        said.append(f"{name}: {source.broken} samples are no numbers; they are silent now")
    if source.ended is not None:
        said.append(
            f"{name}: ends at {source.ended:.1f} s, though it says that it lasts {source.seconds:.1f} s"
        )
    if measured.silent:
        said.append(f"{name}: is silent")
    return said


def _fits(source: Source, measured: Measured, room: float, ratio: float | None) -> list[str]:
    """What to say of how the recording fits into the song, `room`: seconds from its bar to the song's end."""
    said = []
    if measured.lowered_db:
        said.append(
            f"{source.name}: its peak is {measured.lowered_db:+.1f} dBFS; it is lowered as a whole, "
            "to lie within full scale"
        )
    left = (source.seconds - source.start) * (ratio or 1.0) - room
    if left > 0.0005 and source.ended is None:
        said.append(f"{source.name}: {left:.1f} s of it lie behind the song's end and are left out")
    return said


def _take(folder: SongFolder, state: GlobalState, entry: LayerEntry, sound: _Sound) -> Take:
    preset = "" if sound.ratio is None else f"stretched x{sound.ratio:.4f}"
    return Take(
        take=entry.next_take,
        seed=0,
        timbre="",
        score_sha256=folder.objects.put("score", Score().canonical_bytes()),
        tokens_sha256=None,
        bundle_sha256=None,
        frames=state.frames,
        run=next_run(folder),
        audio_sha256=folder.objects.put("audio", sound.data),
        player=Sampled(sound.source.name, preset, sound.sha256, RECORDING),
    )


def _told(take: Take, asked: Recorded, sound: _Sound) -> dict[str, Any]:
    """What the run tells of a recording."""
    found = sound.heard
    return {
        "take": take.take,
        "audio": take.content_sha256,
        "file": sound.sha256,
        "at": asked.at,
        "start": asked.start,
        "seconds": round(sound.measured.samples / RATE, 4),
        "bpm": None if found.bpm is None else round(found.bpm, 2),
        "key": None if found.key is None else str(found.key),
        "lowered_db": round(sound.measured.lowered_db, 3),
        "stretched": None if sound.ratio is None else round(sound.ratio, 6),
    }
