"""`mix` and `export --stems`: the active takes become stems, and the stems a mix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import StemwrightError, UsageError
from stemwright.producer.clock import Clock
from stemwright.producer.decoders import Audio, Decoders, best_quality, check_quality
from stemwright.producer.details import WrittenMix, WrittenStems
from stemwright.producer.heard import heard, is_heard, places, silent
from stemwright.producer.players import Sampler, remarks, sampler_facts, samplers
from stemwright.producer.record import Act, commit
from stemwright.producer.standing import Stale, report, sounding
from stemwright.producer.stem_files import Place, StemFiles, placing, stem_names
from stemwright.producer.workspace import require_outside, visiting
from stemwright.work.progress import Watch, unwatched
from stemwright.work.threads import Cancel, each

if TYPE_CHECKING:
    from stemwright.mix.mixer import MixResult
    from stemwright.mix.placement import Placement
    from stemwright.song.document import Song, Take
    from stemwright.store import SongFolder

STEM_CEILING = 0.89
"""What a decoder gives stays below this amplitude (-1 dBTP) before it is placed in the mix."""


def mix_song(
    path: Path,
    *,
    out: Path | None = None,
    stems: bool = False,
    kind: str = "wav",
    quality: str | None = None,
    players: Sequence[str] = (),
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Mix the active takes, into `renders/` or to `out`; with `stems`, write them to `renders/` too. A layer
    whose notes are not performed yet sounds as before; `stale` and `remarks` tell. What is muted, or not
    among those that are soloed, is in neither mix nor stems.

    `kind`: the ending of what goes to `renders/`; that of `out` says its own. `quality`: one of `QUALITIES`;
    None: the best that the takes' bundles have.

    `players`: `LAYER=sampler:FILE`, who plays a take's score for this mix only; the takes stay as they are.

    A song that cannot be written to is mixed to `out` all the same; its history then does not tell of it.

    UsageError where no layer has a take or is heard, `out` cannot be an audio file, or the quality cannot be
    had.
    """
    clock = Clock()
    _check_out(path, out)
    suffix = _suffix(kind)
    check_quality(quality)
    with visiting(path, outside=out is not None and not stems) as (folder, writable):
        sound = _sounding(folder, quality, players, clock, watch)
        watch("mix", 0, 2)
        mixed, files, said = _mix(folder, sound, suffix, out, stems, clock, watch)
        watch("mix", 2, 2)
        if writable:
            _record(folder, sound, files, mixed, clock)
    mix_file = files.pop("")
    return {
        "mix": str(mix_file),
        "stems": {name: str(file) for name, file in files.items()},
        "seconds": sound.seconds,
        "sample_rate": sound.rate,
        "loudness_lufs": round(mixed.loudness_lufs, 2),
        "true_peak_dbtp": round(mixed.true_peak_dbtp, 2),
        **report(path, sound.stale, [*sound.remarks, *said]),
    }


def render_stems(
    path: Path,
    *,
    to: Path | None = None,
    kind: str = "wav",
    quality: str | None = None,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Write the stems alone, to `renders/` or to the folder `to`; returns the files by layer, the layers that
    are stale, and remarks.

    A song that cannot be written to gives its stems to `to` all the same. Errors as those of `mix_song`.
    """
    from stemwright.mix.mixer import placed

    clock = Clock()
    suffix = _suffix(kind)
    check_quality(quality)
    with visiting(path, outside=to is not None) as (folder, writable):
        sound = _sounding(folder, quality, (), clock, watch)
        with clock.stage("write"):
            names = stem_names(sound.song, sound.takes, sound.players, suffix, sound.rate)
            with _placing(folder, to) as place:
                stems = StemFiles(place, names, sound.rate, suffix)
                for layer, part in placed(sound.stems, sound.rate, sound.places):
                    stems.write(layer, part)
        home = to if to is not None else folder.renders.path
        files = {layer: home / name for layer, name in names.items()}
        if writable:
            _record(folder, sound, files, None, clock)
    return {
        "stems": {layer: str(file) for layer, file in files.items()},
        **report(path, sound.stale, [*sound.remarks, *stems.remarks()]),
    }


@contextmanager
def _placing(folder: SongFolder, to: Path | None) -> Iterator[Place]:
    """Places in `renders/`, or in the folder `to`."""
    if to is not None:
        with placing(to) as place:
            yield place
    else:
        with folder.renders.writing() as batch:
            yield batch.path


@dataclass(frozen=True, slots=True)
class _Sounding:
    """The takes of a song that are heard: `stems` of one length at `rate`; `decoders`: who made them."""

    song: Song
    takes: dict[str, Take]
    stems: dict[str, Audio]
    rate: int
    decoders: dict[str, str | None]
    players: dict[str, Sampler]
    remarks: list[str]
    stale: list[Stale]

    @property
    def seconds(self) -> float:
        return max(map(len, self.stems.values())) / self.rate

    @property
    def places(self) -> dict[str, Placement]:
        return places(self.song, self.takes)


def _sounding(
    folder: SongFolder, quality: str | None, players: Sequence[str], clock: Clock, watch: Watch
) -> _Sounding:
    song = folder.load()
    takes, stale = sounding(folder, song)
    if not takes:
        raise UsageError(f"{folder.path}: no layer has a take yet; make them with: stemwright generate DIR")
    unheard = silent(song, takes)
    takes, stale = heard(folder.path, song, takes), [each for each in stale if is_heard(song, each.layer)]
    instead = samplers(players, song, takes)
    decoders = Decoders(quality or best_quality(folder, takes))
    rate = decoders.sample_rate
    with clock.stage("decode"):
        played, said = _played(folder, song, takes, instead, rate, watch)
        rest = {name: take for name, take in takes.items() if name not in played}
        decoded = (decode(folder, rest, decoders, watch, sides=True) if rest else {}) | played
        decoded = _of_one_length(folder, {name: decoded[name] for name in takes})
    used = {name: decoders.require(folder, name, take) for name, take in rest.items()}
    return _Sounding(song, takes, decoded, rate, used, instead, unheard + said, stale)


def _record(
    folder: SongFolder, sound: _Sounding, files: Mapping[str, Path], mixed: MixResult | None, clock: Clock
) -> None:
    """The run in the song's history: a mix, or stems alone."""
    from stemwright.store.records import hash_file

    takes = {name: take.take for name, take in sound.takes.items()}
    stems = WrittenStems(takes, sound.decoders, sound.rate)
    command, details = ("export", stems) if mixed is None else ("mix", _details(sound, stems, mixed))
    made = [hash_file(file, file.name) for file in files.values()]
    act = Act(command, list(sound.takes), audio_seconds=sound.seconds, made=made, details=details)
    commit(folder, sound.song, act, clock)


def _played(
    folder: SongFolder,
    song: Song,
    takes: Mapping[str, Take],
    players: Mapping[str, Sampler],
    rate: int,
    watch: Watch,
) -> tuple[dict[str, Audio], list[str]]:
    """The stems of layers that samplers play in place of their takes, and what these could not play."""
    from stemwright.producer.sampled import sampled_sound, stem_of

    stems: dict[str, Audio] = {}
    said: list[str] = []
    for name, player in players.items():
        score = folder.score(takes[name].score_sha256, name)
        progress = partial(watch, name)
        sound = sampled_sound(song.state, song.role(name), score, player.instrument, progress)
        stem = stem_of(sound.data, rate, takes[name].frames, name)
        stems[name] = _limited(stem, rate)
        said += [f"{name}: {line}" for line in remarks(player, song.role(name), sound.notes, sound.silent)]
    return stems, said


def _limited(stem: Audio, rate: int) -> Audio:
    from stemwright.mix.limiter import limited

    return limited(stem, rate, STEM_CEILING)


def decode(
    folder: SongFolder,
    takes: dict[str, Take],
    decoders: Decoders,
    watch: Watch = unwatched,
    sides: bool = False,
) -> dict[str, Audio]:
    """The stem of every take, several at once; all have the same length.

    `sides`: what a sampler played in stereo stays so at the codec's rate, too; else it is mono there.
    """
    for name, take in takes.items():
        decoders.require(folder, name, take)
    song = folder.load()

    def stem_of_take(item: tuple[str, Take], _: Cancel) -> Audio:
        stem = decoders.stem(folder, song, *item)
        if stem.ndim > 1 and not sides and not decoders.wide:
            stem = stem.mean(axis=1)
        return stem if item[1].recorded else _limited(stem, decoders.sample_rate)

    stems = each(list(takes.items()), stem_of_take, watch, "decode")
    return _of_one_length(folder, dict(zip(takes, stems, strict=True)))


def _of_one_length(folder: SongFolder, stems: dict[str, Audio]) -> dict[str, Audio]:
    if len({len(stem) for stem in stems.values()}) > 1:
        raise StemwrightError(f"{folder.path}: its takes differ in length; generate the layers again")
    return stems


def _mix(
    folder: SongFolder,
    sound: _Sounding,
    suffix: str,
    out: Path | None,
    stems: bool,
    clock: Clock,
    watch: Watch,
) -> tuple[MixResult, dict[str, Path], list[str]]:
    """The mix, its file under "" and those of the stems by layer, and remarks. Stems are written as the mix
    is summed, so that each is placed once.
    """
    from stemwright.mix.files import file_name, write_audio
    from stemwright.mix.mixer import mix

    rate = sound.rate
    names = stem_names(sound.song, sound.takes, sound.players, suffix, rate) if stems else {}
    with ExitStack() as open_files:
        place = None
        if stems or out is None:
            place = open_files.enter_context(folder.renders.writing()).path
        written = StemFiles(place, names, rate, suffix) if stems and place else None
        with clock.stage("mix"):
            each_part = written.write if written else (lambda layer, part: None)
            mixed = mix(sound.stems, rate, each=each_part, places=sound.places)
        watch("mix", 1, 2)
        with clock.stage("write"):
            if out is not None:
                write_audio(out, mixed.audio, rate)
            elif place is not None:
                names[""] = file_name(sound.song.title, "Mix", sound.song.state, suffix, rate)
                write_audio(place(names[""]), mixed.audio, rate, suffix=suffix)
    files = {name: folder.renders.path / file for name, file in names.items()}
    if out is not None:
        files[""] = out
    return mixed, files, written.remarks() if written else []


def _suffix(kind: str) -> str:
    from stemwright.mix.files import audio_format

    suffix = f".{kind.lower().removeprefix('.')}"
    audio_format(suffix)
    return suffix


def _check_out(path: Path, out: Path | None) -> None:
    from stemwright.mix.files import audio_format

    if out is None:
        return
    audio_format(out.suffix)
    if out.is_dir():
        raise UsageError(f"{out}: is a folder; name a file, as mix.wav")
    require_outside(path, out, "out")


def _details(sound: _Sounding, stems: WrittenStems, mixed: MixResult) -> WrittenMix:
    return WrittenMix(
        stems.takes,
        gains_db={name: round(gain, 3) for name, gain in mixed.gains.items()},
        limiting_db=round(mixed.limiting_db, 3),
        loudness_lufs=round(mixed.loudness_lufs, 3),
        true_peak_dbtp=round(mixed.true_peak_dbtp, 3),
        reached=mixed.reached,
        decoders=stems.decoders,
        sample_rate=stems.sample_rate,
        players={name: sampler_facts(player.sampled) for name, player in sound.players.items()},
    )
