"""A composer's report as tables."""

from __future__ import annotations

from stemwright.assess.composer.control_report import AMOUNTS
from stemwright.assess.composer.sets import HALVES, WHOLE
from stemwright.assess.tables import Column, Report, Table, table
from stemwright.evaluation.symbolic.histograms import DRUMS, PITCHED
from stemwright.evaluation.symbolic.originality import MOST_BEATS, MOST_NOTES
from stemwright.evaluation.symbolic.progressions import NAMES
from stemwright.symbolic.attributes import ATTRIBUTES

_LAYER = Column("layer", "layer", "{}")
_WHAT = Column("what", "what", "{}")
_SONGS = Column("songs", "songs", "{}")
HISTOGRAMS = (
    _LAYER,
    _WHAT,
    _SONGS,
    *(Column(name, name, "{:.3f}") for name in dict.fromkeys(PITCHED + DRUMS)),
    Column("mean", "mean", "{:.3f}"),
)
GROOVE = (
    Column("style", "style", "{}"),
    _WHAT,
    _SONGS,
    Column("swing", "swing", "{:.3f}"),
    Column("swing_in", "in range", "{:.0%}"),
    Column("swing16", "of 16ths", "{:.3f}"),
    Column("swing16_in", "in range", "{:.0%}"),
    Column("spread_ms", "micro-timing ms", "{:.1f}"),
    Column("spread_ms_in", "in range", "{:.0%}"),
)
SIMILARITY = (
    _LAYER,
    _WHAT,
    Column("whole", "error", "{:.3f}"),
    Column("error", "of halves", "{:.3f}"),
    Column("mean", "mean similarity", "{:.3f}"),
    Column("repeated", "sections that return", "{:.3f}"),
    Column("exact", "exactly", "{:.0%}"),
    Column("unlike", "other sections", "{:.3f}"),
)
ADHERENCE = (
    _LAYER,
    _WHAT,
    Column("notes", "notes", "{}"),
    Column("scale", "in scale", "{:.3f}"),
    Column("key", "in key", "{:.3f}"),
    Column("strong", "chord tones on strong beats", "{:.3f}"),
)
ORIGINALITY = (
    _LAYER,
    Column("of", "runs of", "{}"),
    _WHAT,
    _SONGS,
    Column("copied", "songs with a copied run", "{:.1%}"),
    Column("covered", "of their notes", "{:.1%}"),
    Column("longest_median", "longest, median", "{:.0f}"),
    Column("longest", "longest", "{}"),
)
ATTRIBUTE_COLUMNS = (_LAYER, _WHAT, *(Column(name, name, "{:.2f}") for name in ATTRIBUTES))
CHORDS = (
    _WHAT,
    *(Column(name, name, "{:.3f}") for name in NAMES),
    Column("mean", "mean", "{:.3f}"),
)
CHORD_FIGURES = (
    _WHAT,
    Column("in_key", "beats in key", "{:.1%}"),
    Column("richer", "over three tones", "{:.1%}"),
    Column("no_chord", "N.C.", "{:.1%}"),
    Column("changes", "changes a bar", "{:.2f}"),
    Column("repeated", "the same in sections that return", "{:.1%}"),
    Column("unlike", "in other sections", "{:.1%}"),
    Column("tonic", "ends on the tonic", "{:.0%}"),
)
CHORD_LOSSES = (
    _WHAT,
    Column("tokens", "tokens", "{}"),
    Column("loss", "nats a token", "{:.3f}"),
    Column("under", "under the trigram", "{:.1%}"),
)
CONTROLS = (
    Column("attribute", "attribute", "{}"),
    _WHAT,
    Column("layers", "layers", "{}"),
    _LAYER,
    _SONGS,
    *(
        Column(prefix + amount, head + amount, "{:.2f}")
        for amount in AMOUNTS
        for prefix, head in (("asked_", "asked: "), ("", "came: "))
    ),
    Column("unasked", "came unasked", "{:.2f}"),
    Column("correlation", "correlation", "{:.2f}"),
    Column("in_order", "in order", "{:.0%}"),
    Column("miss", "miss", "{:.2f}"),
)
GOALS = (
    _WHAT,
    Column("goal", "goal", "{}"),
    Column("value", "value", "{:.3f}"),
    Column("better", "better", "{}"),
    Column("bar", "bar", "{:.3f}"),
    Column("met", "met", "{}"),
)


def composer_tables(report: Report) -> list[Table]:
    """Every measure beside its control and its floor, and what is reached of the goals."""
    about = f"{report['songs']} songs, {report['bars']} bars"
    whole, halves = ([row for row in report["histograms"] if row["sets"] == kind] for kind in (WHOLE, HALVES))
    tables = [
        table(
            f"Jensen-Shannon distance to real music (square root, base 2): {about}",
            HISTOGRAMS,
            whole,
            ["shuffled: the floor"],
        ),
        table(
            "the same of one half of the songs to the other half",
            HISTOGRAMS,
            halves,
            ["real: the control, which sees as many songs as the others here"],
        ),
        table(
            "groove by style",
            GROOVE,
            report["groove"],
            [
                "in range: songs between the 5th and 95th percentile of the other half of the real songs",
                "micro-timing: of songs that were played, in the real set, not typeset",
            ],
        ),
        table(
            "self-similarity of bars",
            SIMILARITY,
            report["similarity"],
            ["error: to the real songs' curve over 1 to 32 bars"],
        ),
        table("key and chords", ADHERENCE, report["adherence"]),
        table(
            f"originality beside {report['training_songs']} training songs",
            ORIGINALITY,
            report["originality"],
            [f"a copied run: more than {MOST_NOTES} notes, {MOST_BEATS} drum beats"],
        ),
        table("control attributes, means", ATTRIBUTE_COLUMNS, report["attributes"]),
        *(chord_tables(report["chords"]) if "chords" in report else ()),
        *(control_tables(report["controls"]) if "controls" in report else ()),
        table(
            "goals",
            GOALS,
            report["goals"],
            [f"histograms: at most half of the distance of the {report['baseline']}"],
        ),
    ]
    return [made for made in tables if made.rows]


def chord_tables(report: Report) -> list[Table]:
    """How near chords are to real ones, what they are like, how likely real ones are found."""
    whole, halves = ([row for row in report["histograms"] if row["sets"] == kind] for kind in (WHOLE, HALVES))
    return [
        table(
            f"chords: Jensen-Shannon distance to real ones: {report['songs']} songs",
            CHORDS,
            whole,
            [
                f"chords given by the data: {report.get('given', 0)} songs; in the others found from notes",
                "shuffled: the floor of root, motion, transition and place; it keeps the others' shares",
            ],
        ),
        table("the same of one half of the songs to the other half", CHORDS, halves),
        table(
            "chords: means over songs",
            CHORD_FIGURES,
            report["figures"],
            [f"ends on the tonic: of {report.get('whole_songs', 0)} songs that are not cut"],
        ),
        table("chords: loss of a token of real ones", CHORD_LOSSES, report["losses"]),
    ]


def control_tables(report: Report) -> list[Table]:
    """What came of what was asked, by attribute, and by layer."""
    asked = " ".join(f"{percentile}th" for percentile in report["percentiles"])
    return [
        table(
            f"asked for the {asked} percentile of real songs: {report['songs']} songs, {report['bars']} bars",
            CONTROLS,
            report["attributes"],
            [
                "in order: songs in which more came where more was asked for",
                "miss: distance from what was asked, over that of what came unasked",
            ],
        ),
        table("the same by layer, means over songs", CONTROLS, report["layers"]),
    ]
