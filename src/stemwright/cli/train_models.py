"""`train tone|codec|wide|timbre|performer|flow|composer|companion|beats|patterns|evaluate`."""

from __future__ import annotations

from typing import Any

from stemwright.cli import options as opt
from stemwright.cli import train_needs as needs
from stemwright.cli import train_options as arg
from stemwright.cli.output import emit_json, table
from stemwright.cli.train_needs import hush, say


def tone(
    data: arg.Data,
    out: arg.Out,
    sources: arg.Samples = None,
    minutes: arg.Minutes = 60.0,
    steps: arg.Steps = None,
    seed: arg.Seed = 0,
    device: arg.Device = "auto",
    threads: arg.Threads = None,
    start: arg.From = None,
    keep_tokens: arg.KeepTokens = False,
    settings: arg.Settings = None,
) -> None:
    """Train the tone codec on clips that `train widen` has widened, and export its bundle. Run again, it goes
    on from its checkpoint."""
    with needs.training():
        from stemwright.training.fit.settings import changed
        from stemwright.training.tone.recipe import train_tone
        from stemwright.training.tone.trainer import Recipe
    train_tone(
        data,
        out,
        sources=sources,
        minutes=minutes,
        steps=steps,
        seed=seed,
        device=device,
        threads=threads,
        start=start,
        keep_tokens=keep_tokens,
        recipe=changed(Recipe(), settings or ()),
        report=say,
    )


def codec(
    data: arg.Data,
    out: arg.Out,
    minutes: arg.Minutes = 40.0,
    steps: arg.Steps = None,
    seed: arg.Seed = 0,
    device: arg.Device = "auto",
    threads: arg.Threads = None,
    start: arg.From = None,
    keep_tokens: arg.KeepTokens = False,
    settings: arg.Settings = None,
) -> None:
    """Train a codec and export its bundle. Run again, it goes on from its checkpoint."""
    with needs.training():
        from stemwright.training.codec.recipe import train_codec
        from stemwright.training.codec.trainer import Recipe
        from stemwright.training.fit.settings import changed
    train_codec(
        data,
        out,
        minutes=minutes,
        steps=steps,
        seed=seed,
        device=device,
        threads=threads,
        start=start,
        keep_tokens=keep_tokens,
        recipe=changed(Recipe(), settings or ()),
        report=say,
    )


def wide(
    data: arg.Data,
    out: arg.Out,
    codec: arg.Codec,
    minutes: arg.Minutes = 40.0,
    steps: arg.Steps = None,
    seed: arg.Seed = 0,
    device: arg.Device = "auto",
    threads: arg.Threads = None,
    settings: arg.Settings = None,
) -> None:
    """Train a codec's wide decoder: 48 kHz stereo from the same tokens. Run again, it goes on."""
    with needs.training():
        from stemwright.training.fit.settings import changed
        from stemwright.training.wide.recipe import train_wide
        from stemwright.training.wide.trainer import WideRecipe
    train_wide(
        data,
        out,
        codec,
        minutes=minutes,
        steps=steps,
        seed=seed,
        device=device,
        threads=threads,
        recipe=changed(WideRecipe(), settings or ()),
        report=say,
    )


def timbre(
    folder: arg.Recordings,
    out: arg.Out,
    name: arg.BundleName = "timbre",
    timbre: arg.OneTimbre = None,
    minutes: arg.Minutes = 90.0,
    steps: arg.Steps = None,
    seed: arg.Seed = 0,
    device: arg.Device = "auto",
    threads: arg.Threads = None,
    start: arg.FromTimbre = None,
    others: arg.Others = None,
    source: arg.CreditedTo = None,
    settings: arg.Settings = None,
) -> None:
    """Train a timbre for `live --timbre-model`: recordings of one instrument or voice, and whatever is played
    sounds like it. Run again, it goes on from its checkpoint."""
    with needs.training():
        from stemwright.training.fit.settings import changed
        from stemwright.training.timbre.recipe import train_timbre
        from stemwright.training.timbre.trainer import TimbreRecipe
    train_timbre(
        folder,
        out,
        name=name,
        timbre=timbre,
        minutes=minutes,
        steps=steps,
        seed=seed,
        device=device,
        threads=threads,
        start=start,
        others=others,
        recipe=changed(TimbreRecipe(), settings or ()),
        sources=source or (),
        report=say,
    )


def performer(
    data: arg.Data,
    out: arg.Out,
    layer: arg.Layer,
    preset: arg.Preset = "tiny",
    minutes: arg.Minutes = 60.0,
    steps: arg.Steps = None,
    seed: arg.Seed = 0,
    device: arg.Device = "auto",
    threads: arg.Threads = None,
    codec: arg.ItsCodec = None,
    start: arg.FromPerformer = None,
    new_codec: arg.NewCodec = False,
    settings: arg.Settings = None,
) -> None:
    """Train a layer's performer and export its int8 bundle. Run again, it goes on from its checkpoint."""
    with needs.training():
        from stemwright.training.fit.settings import changed
        from stemwright.training.performer.recipe import train_performer
        from stemwright.training.performer.trainer import Recipe
    train_performer(
        data,
        out,
        layer=layer,
        preset=preset,
        codec=codec,
        start=start,
        new_codec=new_codec,
        minutes=minutes,
        steps=steps,
        seed=seed,
        device=device,
        threads=threads,
        recipe=changed(Recipe(), settings or ()),
        report=say,
    )


def flow(
    data: arg.Data,
    out: arg.Out,
    codec: arg.Codec,
    size: arg.Size = "s",
    minutes: arg.Minutes = 60.0,
    steps: arg.Steps = None,
    start: arg.FromFlow = None,
    text: arg.TextBundle = None,
    seed: arg.Seed = 0,
    device: arg.Device = "auto",
    threads: arg.Threads = None,
    settings: arg.Settings = None,
) -> None:
    """Train the flow model, which plays any layer in a few steps, and export its bundle. Run again, it goes
    on from its checkpoint."""
    with needs.training():
        from stemwright.training.fit.settings import changed
        from stemwright.training.flow.recipe import train_flow
        from stemwright.training.flow.trainer import FlowRecipe
    train_flow(
        data,
        out,
        codec=codec,
        size=size,
        minutes=minutes,
        steps=steps,
        start=start,
        text=text,
        seed=seed,
        device=device,
        threads=threads,
        recipe=changed(FlowRecipe(), settings or ()),
        report=say,
    )


def composer(
    corpus: arg.Corpus,
    out: arg.Out,
    preset: arg.Preset = "tiny",
    minutes: arg.Minutes = 60.0,
    steps: arg.Steps = None,
    start: arg.FromComposer = None,
    seed: arg.Seed = 0,
    device: arg.Device = "auto",
    threads: arg.Threads = None,
    settings: arg.Settings = None,
) -> None:
    """Train the composer on a corpus and export its bundle. Run again, it goes on from its checkpoint."""
    with needs.training():
        from stemwright.training.composer.recipe import default_recipe, train_composer
        from stemwright.training.fit.settings import changed
    train_composer(
        corpus,
        out,
        preset=preset,
        minutes=minutes,
        steps=steps,
        start=start,
        seed=seed,
        device=device,
        threads=threads,
        recipe=changed(default_recipe(), settings or ()),
        report=say,
    )


def companion(
    corpus: arg.Corpus,
    out: arg.Out,
    minutes: arg.Minutes = 60.0,
    steps: arg.Steps = None,
    seed: arg.Seed = 0,
    threads: arg.Threads = None,
    settings: arg.Settings = None,
) -> None:
    """Train the companion on a corpus and export its bundle. Run again, it goes on from its checkpoint."""
    with needs.training():
        from stemwright.training.companion.recipe import train_companion
        from stemwright.training.companion.trainer import Recipe
        from stemwright.training.fit.settings import changed
    train_companion(
        corpus,
        out,
        minutes=minutes,
        steps=steps,
        seed=seed,
        threads=threads,
        recipe=changed(Recipe(), settings or ()),
        report=say,
    )


def beats(
    mixes: arg.Mixes,
    out: arg.Out,
    minutes: arg.Minutes = 30.0,
    steps: arg.Steps = None,
    seed: arg.Seed = 0,
    threads: arg.Threads = None,
    start: arg.FromBeats = None,
    settings: arg.Settings = None,
) -> None:
    """Train the live beat tracker on mixes and export its bundle. Run again, it goes on."""
    with needs.training():
        from stemwright.training.beats.recipe import train_beats
        from stemwright.training.beats.trainer import Recipe
        from stemwright.training.fit.settings import changed
    train_beats(
        mixes,
        out,
        minutes=minutes,
        steps=steps,
        seed=seed,
        threads=threads,
        start=start,
        recipe=changed(Recipe(), settings or ()),
        report=say,
    )


def patterns(corpus: arg.Corpus, out: arg.Out, sources: arg.ChordSets = None) -> None:
    """Count what the arranger draws from (drums, melodies, chords, forms) in a corpus; write its bundle."""
    from stemwright.training.patterns.recipe import train_patterns

    train_patterns(corpus, out, sources, report=say)


def evaluate(
    bundle: arg.Bundle,
    data: arg.Data,
    crops: arg.Crops = 64,
    threads: arg.AllThreads = None,
    json: opt.Json = False,
) -> None:
    """Measure a performer on the validation split as it is run: in the engine, by type of its cache."""
    with needs.training():
        from stemwright.training.performer.teacher_forced import evaluate as measure
    made = measure(bundle, data, crops=crops, threads=threads, say=hush if json else say)
    if json:
        emit_json(made)
        return
    _losses(made)


_ROWS = {
    "manifest_float": "manifest, float weights",
    "manifest_int8": "manifest, int8 weights",
    "torch": "PyTorch, int8 weights",
    "engine_float32": "engine, float32 cache",
    "engine_int8": "engine, int8 cache",
}
_CHANGES = {"int8_weights": "int8 weights cost, %", "int8_cache": "int8 cache costs, %"}


def _losses(made: dict[str, Any]) -> None:
    """Nats a token, by codebook; then what int8 costs."""
    books = len(made["tokens"])
    rows: list[list[object]] = []
    for key, title in _ROWS.items():
        if key in made["losses"]:
            row = made["losses"][key]
            rows.append([title, sum(row) / books, *row])
    for key, title in _CHANGES.items():
        if key in made["changes"]:
            rows.append([title, "", *(f"{x:+.3f}" for x in made["changes"][key])])
    table(["nats a token", "mean", *(f"codebook {k + 1}" for k in range(books))], rows)
