"""A song as an object: every act on it, and its notes, tokens and sound as arrays."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.errors import UsageError, argument
from stemwright.face import arguments as arg
from stemwright.face.editing import Editable
from stemwright.face.facts import Lyrics
from stemwright.face.history import Versioned
from stemwright.face.results import (
    Composed,
    Exported,
    Generated,
    LayerSet,
    Mixed,
    Removed,
    Shown,
    Takes,
    Used,
)
from stemwright.face.sounds import Sounds
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from stemwright.song.score import Score


class Song(Editable, Versioned, Sounds):
    """A song's folder. `stemwright.new` and `stemwright.open` give one.

    It holds nothing but `path`: each call reads the folder anew, so what another process did is seen. Any
    thread may use it; two acts that write one song at the same time are refused with StemwrightError.
    `progress(name, done, of)` is called from worker threads; an exception that it raises stops the act.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"Song({str(self.path)!r})"

    def generate(
        self,
        *layers: arg.Texts,
        seed: int | None = None,
        bars: arg.Pair | None = None,
        timbre: str | None = None,
        composer: bool = False,
        arranger: bool = False,
        player: str | None = None,
        style_of: str | None = None,
        strength: float = 0.8,
        prompt: str | None = None,
        progress: Watch = unwatched,
    ) -> Generated:
        """Write and perform the layers that are missing; all layers where none is named.

        `seed`, `bars`, `timbre`, `player` ("sampler:FILE#PRESET"), `style_of` (a personal style, heard with
        `strength`, 0 to 2; "none": without; not given: as the layer's take is played), `prompt` (words: how
        the flow is to make it sound): make another take.
        `composer`: notes by the composer and not by the arranger's patterns. With it, or with `arranger`, and
        `seed` or `bars`, layers that are named get new notes even where they were given some.
        """
        from stemwright.producer.generate import generate

        facts = generate(
            self.path,
            arg.layers(layers),
            seed=arg.whole("seed", seed),
            bars=arg.pair_text("bars", bars),
            timbre=timbre,
            composer=composer,
            arranger=arranger,
            player=player,
            style_of=arg.text("style_of", style_of),
            strength=strength,
            prompt=arg.text("prompt", prompt),
            watch=progress,
        )
        return Generated.read(facts)

    def perform(self, *layers: arg.Texts, progress: Watch = unwatched) -> Generated:
        """Play the same notes again where another performer is installed by now."""
        from stemwright.producer.generate import generate

        return Generated.read(generate(self.path, arg.layers(layers), again=True, watch=progress))

    def compose(
        self,
        *layers: arg.Texts,
        bars: arg.Pair | None = None,
        seed: int | None = None,
        chords: arg.Chart | None = None,
        density: float | None = None,
        register: float | None = None,
        polyphony: float | None = None,
        syncopation: float | None = None,
        velocity: float | None = None,
        length: float | None = None,
        swing: float | None = None,
        range: arg.Pair | None = None,
        voices: int | None = None,
        in_key: bool = False,
        chord_tones: bool = False,
        keep_rhythm: bool = False,
        rest: arg.Pair | None = None,
        variations: int | None = None,
        out: arg.Place | None = None,
        progress: Watch = unwatched,
    ) -> Composed:
        """Write new notes to what is in the song; `generate` then performs them.

        With `variations` and `out`: so many versions as MIDI files, and the song stays as it is.
        """
        from stemwright.producer.asked import NEW, Asked
        from stemwright.producer.compose import chord_remarks, compose
        from stemwright.producer.variations import vary

        wished: dict[str, float | None] = {
            "density": density,
            "register": register,
            "polyphony": polyphony,
            "syncopation": syncopation,
            "velocity": velocity,
            "length": length,
            "swing": swing,
        }
        low, high = arg.pitches(range)
        asked = Asked(
            layers=arg.layers(layers),
            bars=arg.pair_text("bars", bars),
            seed=arg.whole("seed", seed),
            attributes=arg.numbers(wished),
            low=low,
            high=high,
            in_key=in_key,
            on_chord=chord_tones,
            voices=arg.whole("voices", voices),
            keep_rhythm=keep_rhythm,
            rest=arg.pair_text("rest", rest),
        )
        if (variations is None) != (out is None):
            raise UsageError(
                f"{argument('variations')} and {argument('out')} belong together: "
                "how many, and the folder they go to"
            )
        with nullcontext(NEW) if chords == NEW else arg.chart(chords) as chart:
            asked = replace(asked, chords=chart)
            if variations is not None and out is not None:
                facts = vary(self.path, asked, variations, arg.path(out), progress)
            else:
                facts = compose(self.path, asked, progress)
            return Composed.read({**facts, **chord_remarks(chart)})

    def mix(
        self,
        *,
        out: arg.Place | None = None,
        stems: bool = False,
        kind: str = "wav",
        quality: str | None = None,
        master: str = "streaming",
        stems_master: bool = False,
        player: arg.Named | None = None,
        progress: Watch = unwatched,
    ) -> Mixed:
        """Mix the active takes into `renders/`, or to `out` (.wav, .flac, .ogg or .mp3).

        `kind`: "wav", "flac", "ogg" or "mp3", of what goes to `renders/`.
        `quality`: "high" (48 kHz stereo) or "standard" (24 kHz); None: the best there is. `master`:
        "streaming"
        (-14 LUFS), "club" (-9 LUFS) or "none". `stems_master`: stems that add up to the mastered mix.
        `player`: {"lead": "sampler:FILE"}, for this mix only.
        """
        from stemwright.producer.mix import mix_song

        to = None if out is None else arg.path(out)
        played = arg.named(player)
        return Mixed.read(
            mix_song(
                self.path,
                out=to,
                stems=stems,
                kind=kind,
                quality=quality,
                master=master,
                stems_master=stems_master,
                players=played,
                watch=progress,
            )
        )

    def export(
        self,
        *,
        midi: bool = False,
        stems: bool = False,
        karaoke: bool = False,
        musicxml: bool = False,
        lead_sheet: bool = False,
        abc: bool = False,
        kind: str = "wav",
        quality: str | None = None,
        to: arg.Place | None = None,
        click: bool = False,
        count_in: int = 0,
        progress: Watch = unwatched,
    ) -> Exported:
        """Write the scores as MIDI, the stems as audio, or both where nothing is asked for.

        `musicxml`: all layers as printed music; `lead_sheet`: the tune with chord symbols, as MusicXML;
        `abc`: that as ABC; `karaoke`: scores and lyrics as .kar. `kind`, `quality`: as in `mix`. `click`: a
        click on each beat, after so many bars of `count_in`.
        """
        from stemwright.exchange.exports import export_song

        where = None if to is None else arg.path(to)
        bars = arg.whole("count_in", count_in) or 0
        facts = export_song(
            self.path,
            midi=midi,
            stems=stems,
            karaoke=karaoke,
            musicxml=musicxml,
            lead_sheet=lead_sheet,
            abc=abc,
            kind=kind,
            quality=quality,
            to=where,
            click=click,
            count_in=bars,
            watch=progress,
        )
        return Exported.read(facts)

    def takes(self, layer: str | None = None) -> Takes:
        """All takes, of one layer or of each."""
        from stemwright.shown.reports import list_takes

        return Takes.read(list_takes(self.path, layer))

    def use(self, layer: str, take: int) -> Used:
        """Make another take of a layer the active one; nothing is deleted."""
        from stemwright.producer.use import use_take

        return Used.read(use_take(self.path, layer, take))

    def layer(
        self,
        name: str,
        *,
        gain: float | None = None,
        pan: float | str | None = None,
        mute: bool | None = None,
        solo: bool | None = None,
        kind: str | None = None,
        timbre: str | None = None,
    ) -> LayerSet:
        """Set a layer's place in the mix (`gain` in dB, `pan` from -1 to 1 or "auto"), whether it is heard
        there, its `kind` ("drums", "bass", "harmony" or "lead"), or the `timbre` of its next take.
        """
        from stemwright.producer.layer import Change, set_layer

        level = arg.numbers({"gain": gain}).get("gain")
        where = pan if isinstance(pan, str) else arg.numbers({"pan": pan}).get("pan")
        change = Change(level, where, mute, solo, arg.text("kind", kind), arg.text("timbre", timbre))
        return LayerSet.read(set_layer(self.path, name, change))

    def add_layer(self, name: str, *, kind: str | None = None, timbre: str | None = None) -> LayerSet:
        """Add a layer without notes, which `generate` makes; "pad", "strings" and others are known parts."""
        from stemwright.editing.layers import add_layer

        return LayerSet.read(add_layer(self.path, name, arg.text("kind", kind), arg.text("timbre", timbre)))

    def rename_layer(self, layer: str, name: str) -> LayerSet:
        """Give a layer another name; it keeps its kind, notes and takes."""
        from stemwright.editing.layers import rename_layer

        return LayerSet.read(rename_layer(self.path, layer, name))

    def lyrics(
        self,
        file: arg.Place | None = None,
        *,
        layer: str | None = None,
        language: str | None = None,
        line: tuple[int, str] | None = None,
        write: str | None = None,
        by: str | None = None,
        timeout: float | None = None,
        seed: int | None = None,
        remove: bool = False,
        out: arg.Place | None = None,
        word_times: bool = False,
    ) -> Lyrics:
        """The words of the song, placed to its melody; at most one of `file`, `line`, `write` and `remove`.

        `file`: gives it the words of a text, LRC or sheet. `line`: (its number, other words). `write`: drafts
        words on a theme, or has the program `by` do it (docs/lyrics.md), within `timeout` seconds. `layer`:
        the melody. `out`: also writes them to a .txt, .lrc, .sheet or .json file. Nothing: only looks.
        """
        from stemwright.exchange.lyric_files import lyrics
        from stemwright.producer.lyric_drafts import Lyricist

        given = None if line is None else (arg.whole("line", line[0]) or 0, str(line[1]))
        facts = lyrics(
            self.path,
            None if file is None else arg.path(file),
            layer=arg.text("layer", layer),
            language=arg.text("language", language),
            line=given,
            write=Lyricist.asked(write, by, timeout, arg.whole("seed", seed)),
            remove=remove,
            out=None if out is None else arg.path(out),
            word_times=word_times,
        )
        return Lyrics.read(facts)

    def remove(self, layer: str) -> Removed:
        """Take a layer out of the song; its notes and takes are kept. UsageError for the song's only one."""
        from stemwright.producer.remove import remove_layer

        return Removed.read(remove_layer(self.path, layer))

    def bring_back(self, layer: str) -> Removed:
        """Put a layer back as it was when it was taken out. UsageError where it was not, or one is there."""
        from stemwright.producer.remove import bring_back

        return Removed.read(bring_back(self.path, layer))

    def show(self, *, plot: arg.Place | None = None) -> Shown:
        """What all layers share, the chords, and the active take of each layer.

        With `plot`, all of it is drawn into that .png or .svg file.
        """
        from stemwright.shown.reports import describe

        facts = describe(self.path)
        if plot is not None:
            from stemwright.shown.picture import plot_song

            facts["pictures"] = [str(file) for file in plot_song(self.path, arg.path(plot))]
        return Shown.read(facts)

    def score(self, layer: str, *, take: int | None = None) -> Score:
        """The notes of a layer, of its active take or of another. UsageError where it has none yet."""
        from stemwright.face.arrays import score

        return score(self.path, layer, take)

    def tokens(self, layer: str, *, take: int | None = None) -> npt.NDArray[np.uint16]:
        """The tokens of a layer, uint16 [codebooks, frames], 75 frames a second. UsageError without any."""
        from stemwright.face.arrays import tokens

        return tokens(self.path, layer, take)

    def audio(
        self, layer: str, *, take: int | None = None, quality: str | None = None
    ) -> npt.NDArray[np.float32]:
        """The stem of a layer, float32 [samples] or [samples, 2], at `sample_rate(quality)`; only reads."""
        from stemwright.face.arrays import audio

        return audio(self.path, layer, take, quality)

    def sample_rate(self, quality: str | None = None) -> int:
        """Samples a second of `audio`, in Hz."""
        from stemwright.face.arrays import sample_rate

        return sample_rate(self.path, quality)
