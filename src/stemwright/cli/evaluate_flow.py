"""`evaluate flow`: does the flow play held-out scores, in how few steps?"""

from __future__ import annotations

from stemwright.cli import evaluate_options as arg
from stemwright.cli import options as opt
from stemwright.cli.evaluate_report import checked, embedding_of, finish, numbers, split_places
from stemwright.cli.watching import watching


def flow(
    places: arg.Places,
    layers: arg.Layers = "drums,bass,harmony,lead",
    split: arg.Splits = "valid",
    clips: arg.Clips = 8,
    seed: arg.Seed = 0,
    steps: arg.SolverSteps = None,
    guidance: arg.Guidance = None,
    order: arg.Order = 1,
    leaps: arg.Leaps = False,
    blocks: arg.Blocks = 0,
    clap: arg.Clap = None,
    json: opt.Json = False,
    out: arg.Out = None,
    plot: arg.Plot = None,
) -> None:
    """Does the flow play held-out scores? As `evaluate performer` measures, for each
    number of steps and each guidance.

    With a tone codec, whose decoder knows the score, "rolled" says what is right
    whatever is played: look at what lies beyond it, and at level and brightness.
    """
    from stemwright.assess.codec.coders import coder_of
    from stemwright.assess.performer.measuring import assess_performer
    from stemwright.assess.performer.pictures import draw_performer
    from stemwright.assess.performer.tables import performer_tables
    from stemwright.assess.performer.variants import flow_contender
    from stemwright.dataset.held_out import references
    from stemwright.models import load_bundle, registry

    names, where = split_places(places, 1)
    counts = [] if steps is None else [round(each) for each in numbers("--steps", steps)]
    pushes = [] if guidance is None else numbers("--guidance", guidance)
    pictures = checked(out, plot)
    bundle = load_bundle(registry.find(names[0] if names else "flow"), kind="flow")
    decoder, reports = coder_of(bundle), []
    with watching() as watch:
        for layer in layers.split(","):
            contender = flow_contender(bundle, layer, counts, pushes, order, leaps, blocks)
            known = contender.timbres
            drawn = [r for s in split.split(",") for r in references(where, s, clips, seed, [layer], known)]
            report, heard = assess_performer(
                contender, decoder, drawn, seed=seed, embedding=embedding_of(clap), watch=watch
            )
            reports.append(report)
            if pictures is not None:
                draw_performer(pictures, layer, heard)
    tables = [made for report in reports for made in performer_tables(report)]
    finish({"layers": reports}, tables, json, out, pictures)
