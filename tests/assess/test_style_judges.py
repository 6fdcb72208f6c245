"""Judges that learn: they tell what differs, by people whom they have not heard, and not what does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stemwright.assess.style.judges import LEAST_SONGS, judge_real_or_made, judge_styles
from stemwright.assess.style.report import assess_style
from stemwright.assess.style.tables import style_tables
from stemwright.evaluation.symbolic.song import SymbolicSong
from support.symbolic import kit, melody, song

BEATS = {
    "rock": {"kick": "X.......X.......", "snare": "....X.......X...", "closed_hat": "x.x.x.x.x.x.x.x."},
    "reggae": {"kick": "........X.......", "rim": "........X.......", "closed_hat": "..x...x...x...x."},
}


def groove(style: str, number: int, who: str = "") -> SymbolicSong:
    """Four bars of a style's beat with a kick more, somewhere."""
    rng = np.random.default_rng(number)
    text = {piece: list(pattern * 4) for piece, pattern in BEATS[style].items()}
    text["kick"][int(rng.integers(0, 64))] = "x"
    drums = kit(**{piece: "".join(marks) for piece, marks in text.items()})
    made = song(form="verse:4", style=style, drums=drums, name=f"{style} {number}")
    return replace(made, composers=(who,) if who else ())


def grooves(style: str, count: int = LEAST_SONGS) -> list[SymbolicSong]:
    return [groove(style, i, f"drummer{i % 3}") for i in range(count)]


def test_styles_are_told_of_drummers_who_were_not_heard() -> None:
    real = {"rock": grooves("rock"), "reggae": grooves("reggae"), "": grooves("rock")}
    made = {"rock": [groove("rock", 50)], "reggae": [groove("rock", 51), groove("reggae", 52)]}
    rows = {row["style"]: row for row in judge_styles(real, {"made": made})}
    assert set(rows) == {"rock", "reggae"}
    assert rows["rock"]["real"] == rows["reggae"]["real"] == 1.0
    assert rows["rock"]["made"] == 1.0 and rows["rock"]["made for"] is None
    assert rows["reggae"]["made"] == 0.5 and rows["reggae"]["made for"] == "rock"


def test_a_style_of_one_drummer_or_few_songs_is_left_out() -> None:
    one = [groove("reggae", i, "the same") for i in range(LEAST_SONGS)]
    assert judge_styles({"rock": grooves("rock"), "reggae": one}, {}) == []
    assert judge_styles({"rock": grooves("rock"), "reggae": grooves("reggae", LEAST_SONGS - 1)}, {}) == []


def test_real_or_made() -> None:
    real = {"rock": grooves("rock", 24)}
    alike = {"rock": [groove("rock", 100 + i) for i in range(24)]}
    other = {"rock": [replace(groove("reggae", i), name=f"r{i}") for i in range(24)]}
    rows = judge_real_or_made(real, {"alike": alike, "other": other})
    told = {row["what"]: row for row in rows}
    assert {row["layer"] for row in rows} == {"drums"}
    assert told["other"]["accuracy"] == 1.0 and not told["other"]["met"]
    assert 0.25 < told["alike"]["accuracy"] < 0.75 and told["alike"]["met"]
    assert any("snare" in name for name in told["other"]["less"])
    assert any("rim" in name or "kick on 3.1" in name or "hat" in name for name in told["other"]["more"])


def test_how_many_songs_a_style_has_does_not_tell_who_wrote_them() -> None:
    """Made songs are half of either style, real ones nearly all of one; each style's own are alike."""
    real = {"rock": grooves("rock", 30), "reggae": grooves("reggae", 6), "jazz": grooves("reggae", 6)}
    made = {
        style: [replace(groove(style, 100 + i), name=f"{style} made {i}") for i in range(18)]
        for style in ("rock", "reggae")
    }
    (row,) = judge_real_or_made(real, {"made": made})
    assert (row["real songs"], row["made songs"], row["styles"]) == (36, 36, 2)
    assert row["accuracy"] < 0.75


def test_real_songs_without_style_are_for_layers_that_no_style_has() -> None:
    lead = melody(range(0, 4 * 384, 96), [60, 62, 64, 65] * 4)
    real = {
        "rock": grooves("rock", 12),
        "": [song(form="verse:4", name=f"game {i}", lead=lead, drums=kit(kick="x" * 8)) for i in range(12)],
    }
    made = {
        "rock": [song(form="verse:4", name=f"made {i}", lead=lead, drums=kit(kick="x" * 8)) for i in range(4)]
    }
    rows = {row["layer"]: row for row in judge_real_or_made(real, {"made": made})}
    assert rows["drums"]["real songs"] == 12 and rows["drums"]["styles"] == 1
    assert rows["lead"]["real songs"] == 12 and rows["lead"]["styles"] is None


def test_what_judges_say_is_in_the_report_and_its_tables() -> None:
    real = {"rock": grooves("rock"), "reggae": grooves("reggae")}
    made = {"rock": [groove("rock", i) for i in range(40, 43)], "reggae": [groove("rock", 50)]}
    report = assess_style({"made": made}, real)
    assert [row["style"] for row in report["styles"]] == ["rock", "reggae"]
    assert [(row["layer"], row["real songs"], row["made songs"]) for row in report["told"]] == [
        ("drums", 20, 4)
    ]
    judged, told = (
        next(made for made in style_tables(report) if word in made.title) for word in ("judge who", "real or")
    )
    assert [row[0] for row in judged.rows] == ["rock", "reggae", "mean"]
    assert judged.rows[-1][judged.head.index("made")] == "50%"
    assert judged.rows[1][judged.head.index("made, mostly taken for")] == "rock"
    assert told.rows[0][:4] == ["drums", "made", "20", "4"]
