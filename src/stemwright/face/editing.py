"""What a song's object can do to the song that is there."""

from __future__ import annotations

from pathlib import Path

from stemwright.face import arguments as arg
from stemwright.face.results import Changed
from stemwright.work.progress import Watch, unwatched


class Editable:
    """Changes of the song at `path`, each a run that `undo` takes back. Only what a change touches is made
    again; with `dry_run` nothing is, and the result tells what would be.
    """

    path: Path

    def planned(
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
    ) -> Changed:
        """What `generate` would make of these arguments, and about how long it takes; nothing is changed."""
        from stemwright.editing.trying import tried
        from stemwright.producer.plan import Request

        request = Request(
            arg.layers(layers),
            arg.whole("seed", seed),
            arg.pair_text("bars", bars),
            timbre,
            composer,
            player,
            arranger=arranger,
            style_of=arg.text("style_of", style_of),
            strength=strength,
            prompt=arg.text("prompt", prompt),
        )
        return Changed.read(tried(self.path, request))

    def edit(
        self,
        *,
        chords: str | None = None,
        bpm: arg.Tempo | None = None,
        key: str | None = None,
        keep_notes: bool = False,
        meter: arg.Meters | None = None,
        style: str | None = None,
        title: str | None = None,
        keep: arg.Texts = (),
        dry_run: bool = False,
        progress: Watch = unwatched,
    ) -> Changed:
        """Other chords ("6: Dm7 G7; 8-9: C | F"; layers in `keep` do not follow), tempo, key (notes move
        along but for `keep_notes`), meter or style, one at a time; and title.
        """
        from stemwright.editing.states import Edits, edit

        edits = Edits(
            arg.text("chords", chords),
            arg.bpm_text(bpm),
            arg.text("key", key),
            arg.meter_text(meter),
            arg.text("style", style),
            arg.text("title", title),
            keep_notes,
            arg.layers((keep,)),
        )
        return Changed.read(edit(self.path, edits, progress, dry_run=dry_run))

    def insert_bars(
        self,
        at: int,
        count: int,
        *,
        section: str | None = None,
        dry_run: bool = False,
        progress: Watch = unwatched,
    ) -> Changed:
        """`count` new bars before bar `at`, counted from 1."""
        from stemwright.editing.bars import insert_bars

        return Changed.read(insert_bars(self.path, at, count, section, progress, dry_run=dry_run))

    def delete_bars(self, bars: arg.Pair, *, dry_run: bool = False) -> Changed:
        """The song without some bars."""
        from stemwright.editing.bars import delete_bars

        return Changed.read(delete_bars(self.path, arg.pair_text("bars", bars) or "", dry_run=dry_run))

    def repeat_bars(self, bars: arg.Pair, times: int = 1, *, dry_run: bool = False) -> Changed:
        """Some bars `times` more, after themselves."""
        from stemwright.editing.bars import repeat_bars

        return Changed.read(repeat_bars(self.path, arg.pair_text("bars", bars) or "", times, dry_run=dry_run))

    def move_bars(self, bars: arg.Pair, to: int, *, dry_run: bool = False) -> Changed:
        """Some bars before bar `to` of the song as it is."""
        from stemwright.editing.bars import move_bars

        return Changed.read(move_bars(self.path, arg.pair_text("bars", bars) or "", to, dry_run=dry_run))

    def rename_section(self, number: int, name: str, *, dry_run: bool = False) -> Changed:
        """A section, counted from 1, under another name."""
        from stemwright.editing.bars import rename_section

        return Changed.read(rename_section(self.path, number, name, dry_run=dry_run))

    def order_sections(self, order: str, *, dry_run: bool = False) -> Changed:
        """The sections in another order: "1 3 2"."""
        from stemwright.editing.bars import order_sections

        return Changed.read(order_sections(self.path, order, dry_run=dry_run))

    def extend(
        self, count: int, *, section: str | None = None, dry_run: bool = False, progress: Watch = unwatched
    ) -> Changed:
        """`count` bars more at the end, in the last section or a new one."""
        from stemwright.editing.bars import extend

        return Changed.read(extend(self.path, count, section, progress, dry_run=dry_run))

    def remix(
        self,
        style: str,
        *,
        keep: arg.Texts = (),
        seed: int | None = None,
        dry_run: bool = False,
        progress: Watch = unwatched,
    ) -> Changed:
        """All layers but those in `keep` arranged anew in a style, to the same chords."""
        from stemwright.editing.remixing import remix

        return Changed.read(
            remix(self.path, style, arg.layers((keep,)), arg.whole("seed", seed), progress, dry_run=dry_run)
        )

    def vary(
        self,
        layer: str,
        bars: arg.Pair,
        *,
        amount: float = 0.3,
        seed: int | None = None,
        dry_run: bool = False,
        progress: Watch = unwatched,
    ) -> Changed:
        """Other notes in about `amount` (0 to 1) of the beats of some bars of a layer."""
        from stemwright.editing.varying import vary

        span, own = arg.pair_text("bars", bars) or "", arg.whole("seed", seed)
        return Changed.read(vary(self.path, layer, span, amount, own, progress, dry_run=dry_run))
