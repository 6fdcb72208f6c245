"""`mix` and `export --stems`: the active takes become stems, and the stems a mix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError
from stemwright.producer.clock import Clock
from stemwright.producer.decoders import check_quality
from stemwright.producer.details import WrittenMix, WrittenStems
from stemwright.producer.heard_stems import HeardStems, hearing
from stemwright.producer.players import sampler_facts
from stemwright.producer.record import Act, commit
from stemwright.producer.standing import report
from stemwright.producer.stem_files import Place, StemFiles, placing, remarks_of_sum, stem_names
from stemwright.producer.workspace import require_outside, visiting
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.mix.mixer import Mix
    from stemwright.store import SongFolder

STREAMING = "streaming"
"""The master of a mix that asks for none."""
_READINGS = 8
"""How often a mix reads what it is made of, about; for its progress."""


def mix_song(
    path: Path,
    *,
    out: Path | None = None,
    stems: bool = False,
    kind: str = "wav",
    quality: str | None = None,
    master: str = STREAMING,
    stems_master: bool = False,
    players: Sequence[str] = (),
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Mix the active takes, into `renders/` or to `out`; with `stems`, write them to `renders/` too. A layer
    whose notes are not performed yet sounds as before; `stale` and `remarks` tell. What is muted, or not
    among those that are soloed, is in neither mix nor stems.

    `kind`: the ending of what goes to `renders/`; that of `out` says its own. `quality`: one of `QUALITIES`;
    None: the best that the takes' bundles have. `master`: one of `mix.masters.MASTERS`. `stems_master`: write
    stems under the master's filter and gain, which add up to the mix.

    `players`: `LAYER=sampler:FILE`, who plays a take's score for this mix only; the takes stay as they are.

    A song that cannot be written to is mixed to `out` all the same; its history then does not tell of it.

    UsageError where no layer has a take or is heard, `out` cannot be an audio file, or the quality cannot be
    had.
    """
    from stemwright.mix.masters import master_of
    from stemwright.mix.mixer import mixing

    clock = Clock()
    _check_out(path, out)
    suffix = _suffix(kind)
    check_quality(quality)
    wanted, stems = master_of(master), stems or stems_master
    with (
        visiting(path, outside=out is not None and not stems) as (folder, writable),
        hearing(folder, quality, players, clock, watch, writable=writable) as sound,
    ):
        told = _told(watch)
        with ExitStack() as open_mix:
            with clock.stage("mix"):
                made = mixing(sound.stems(), sound.rate, wanted, sound.places, sound.shelf, sound.sums, told)
                mixed = open_mix.enter_context(made)
            with clock.stage("write"):
                files, said = _write(folder, sound, mixed, suffix, out, stems, stems_master)
        watch("mix", _READINGS, _READINGS)
        if writable:
            _record(folder, sound, files, (mixed, master), clock)
    mix_file = files.pop("")
    return {
        "mix": str(mix_file),
        "stems": {name: str(file) for name, file in files.items()},
        "seconds": sound.seconds,
        "sample_rate": sound.rate,
        "loudness_lufs": round(mixed.made.loudness_lufs, 2),
        "true_peak_dbtp": round(mixed.made.true_peak_dbtp, 2),
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
    from stemwright.mix.mixer import Mixing

    clock = Clock()
    suffix = _suffix(kind)
    check_quality(quality)
    with (
        visiting(path, outside=to is not None) as (folder, writable),
        hearing(folder, quality, (), clock, watch, writable=writable) as sound,
    ):
        with clock.stage("write"):
            names = stem_names(sound.song, sound.takes, sound.players, suffix, sound.rate)
            mixing = Mixing(sound.stems(), sound.rate, sound.places, sound.shelf)
            with _placing(folder, to) as place:
                stems = StemFiles(place, names, sound.rate, suffix)
                for layer in mixing.parts:
                    stems.write(layer, mixing.part(layer))
        home = to if to is not None else folder.renders.path
        files = {layer: home / name for layer, name in names.items()}
        if writable:
            _record(folder, sound, files, None, clock)
    return {
        "stems": {layer: str(file) for layer, file in files.items()},
        **report(path, sound.stale, [*sound.remarks, *remarks_of_sum(mixing.highest())]),
    }


def _told(watch: Watch) -> Callable[[], None]:
    """Tells how often all was read; the last step is left to who writes the files."""
    done = 0

    def told() -> None:
        nonlocal done
        done = min(done + 1, _READINGS - 1)
        watch("mix", done, _READINGS)

    watch("mix", 0, _READINGS)
    return told


@contextmanager
def _placing(folder: SongFolder, to: Path | None) -> Iterator[Place]:
    """Places in `renders/`, or in the folder `to`."""
    if to is not None:
        with placing(to) as place:
            yield place
    else:
        with folder.renders.writing() as batch:
            yield batch.path


def _record(
    folder: SongFolder,
    sound: HeardStems,
    files: Mapping[str, Path],
    mixed: tuple[Mix, str] | None,
    clock: Clock,
) -> None:
    """The run in the song's history: a mix under a master of some name, or stems alone."""
    from stemwright.store.records import hash_file

    takes = {name: take.take for name, take in sound.takes.items()}
    stems = WrittenStems(takes, sound.decoders, sound.rate)
    command, details = ("export", stems) if mixed is None else ("mix", _details(sound, stems, *mixed))
    made = [hash_file(file, file.name) for file in files.values()]
    act = Act(command, list(sound.takes), audio_seconds=sound.seconds, made=made, details=details)
    commit(folder, sound.song, act, clock)


def _write(
    folder: SongFolder,
    sound: HeardStems,
    mixed: Mix,
    suffix: str,
    out: Path | None,
    stems: bool,
    stems_master: bool,
) -> tuple[dict[str, Path], list[str]]:
    """The files of mix, under "", and stems, by layer, and what to say of them."""
    from stemwright.mix.files import file_name, write_pieces

    rate, curve = sound.rate, mixed.made.curve
    names = stem_names(sound.song, sound.takes, sound.players, suffix, rate, stems_master) if stems else {}
    with ExitStack() as open_files:
        if stems or out is None:
            place = open_files.enter_context(folder.renders.writing()).path
            files = StemFiles(place, names, rate, suffix)
            for layer in mixed.mixing.parts if stems else ():
                part = mixed.mixing.part(layer)
                files.write(layer, curve.turned(part) if stems_master else part)
        if out is not None:
            write_pieces(out, mixed.pieces(), 2, mixed.highest, rate)
        else:
            names[""] = file_name(sound.song.title, "Mix", sound.song.state, suffix, rate)
            write_pieces(place(names[""]), mixed.pieces(), 2, mixed.highest, rate, suffix)
    written = {name: folder.renders.path / file for name, file in names.items()}
    if out is not None:
        written[""] = out
    return written, remarks_of_sum(mixed.sum.highest()) if stems and not stems_master else []


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


def _details(sound: HeardStems, stems: WrittenStems, mixed: Mix, master: str) -> WrittenMix:
    made = mixed.made
    return WrittenMix(
        stems.takes,
        gains_db={name: round(gain, 3) for name, gain in mixed.mixing.gains(made).items()},
        limiting_db=round(made.limiting_db, 3),
        loudness_lufs=round(made.loudness_lufs, 3),
        true_peak_dbtp=round(made.true_peak_dbtp, 3),
        reached=made.reached,
        decoders=stems.decoders,
        sample_rate=stems.sample_rate,
        players={name: sampler_facts(player.sampled) for name, player in sound.players.items()},
        master=master,
    )
