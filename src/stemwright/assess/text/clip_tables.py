"""The report of clips and texts as tables."""

from __future__ import annotations

from stemwright.assess.tables import Column, Report, Table, table

NOTES = (
    "R@1, R@5, R@10: the right one is among so many nearest. Possible: what a reader would find who knows "
    "every trait, since a caption may be true of several clips. Words: others than training drew, and those "
    "of training.",
)
TRAITS = (
    "Right: the nearest of the texts for all values tells the clip's own. Most: always saying the commonest.",
)


def clip_tables(report: Report) -> list[Table]:
    """Retrieval both ways, and traits."""
    kinds = {"to_clip": "text to clip", "to_text": "clip to text", "possible": "possible", "chance": "chance"}
    found = [
        Column("words", "words", "{}"),
        Column("layer", "layer", "{}"),
        Column("clips", "clips", "{}"),
        *(
            Column(f"{kind}_{near}", f"{name} R@{near}", "{:.2f}")
            for kind, name in kinds.items()
            for near in (1, 5, 10)
        ),
    ]
    traits = [
        Column("words", "words", "{}"),
        Column("field", "trait", "{}"),
        Column("layer", "layer", "{}"),
        Column("clips", "clips", "{}"),
        Column("values", "values", "{}"),
        Column("right", "right", "{:.2f}"),
        Column("chance", "chance", "{:.2f}"),
        Column("most", "most", "{:.2f}"),
    ]
    return [
        table("texts and clips", found, report["retrieval"], NOTES),
        table("traits told by texts", traits, report["traits"], TRAITS),
    ]
