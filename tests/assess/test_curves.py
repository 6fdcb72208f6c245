"""Learning curves from logs: what they reached, and what twice the time would buy."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.assess.curves import assess_curve, doubling, read_curve
from stemwright.errors import UsageError


def write(folder: Path, records: list[dict[str, Any]]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "log.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder


def performer(folder: Path, losses: list[float]) -> Path:
    lines: list[dict[str, Any]] = [{"step": 0, "seconds": 0.0, "valid": [losses[0] + 1, losses[0] - 1]}]
    for i, loss in enumerate(losses[1:], 1):
        lines.append({"step": 10 * i, "seconds": 60.0 * 2**i, "loss": loss - 0.5, "rate": 0.001})
        lines.append({"step": 10 * i, "seconds": 60.0 * 2**i, "valid": [loss + 1, loss - 1]})
    return write(folder, lines)


def codec_check(seconds: float, total: float, judged: int = 0) -> dict[str, Any]:
    valid = {"total": total, "mel": total / 2, "si_snr": 6.0}
    return {"step": 1, "seconds": seconds, "judged": judged, "valid": valid}


@given(st.floats(-2, 2), st.floats(0.1, 10), st.integers(3, 12))
def test_the_gain_of_doubling_is_the_slope_over_log_time(slope: float, start: float, count: int) -> None:
    points = [(7.0 * (i + 1), start + slope * math.log2(7.0 * (i + 1))) for i in range(count)]
    got = doubling([(0.0, 99.0), *points])
    assert got is not None and got == pytest.approx(slope, abs=1e-6)


def test_too_few_points_have_no_slope() -> None:
    assert doubling([(0.0, 3.0), (1.0, 2.0), (2.0, 1.0)]) is None


def test_a_performers_run(tmp_path: Path) -> None:
    got = assess_curve(read_curve(performer(tmp_path / "drums", [6.0, 5.0, 4.5, 4.0, 4.2])))
    assert (got["run"], got["kind"], got["first"], got["best"], got["last"]) == (
        "drums", "performer", 6.0, 4.0, 4.2,
    )  # fmt: skip
    assert got["minutes"] == 16 and got["best_at_minute"] == 8 and got["train_last"] == 3.7
    assert got["parts"] == {"codebook 1": 5.2, "codebook 2": 3.2}
    assert got["gain_of_doubling"] == pytest.approx(-0.15)


def test_a_codecs_run_is_judged_from_its_judges_on(tmp_path: Path) -> None:
    checks = [codec_check(10.0 * 2**i, 3.0 - i * 0.5) for i in range(4)]
    checks += [codec_check(160.0 * 2**i, 1.8 - i * 0.1, judged=5) for i in range(3)]
    curve = read_curve(write(tmp_path / "codec", [{"step": 1, "seconds": 5.0, "total": 3.1}, *checks]))
    assert curve.judged_from == 160.0 and curve.train == [(5.0, 3.1)]
    assert assess_curve(curve)["gain_of_doubling"] == pytest.approx(-0.1)


def test_a_wide_decoders_figures_stand_one_deeper(tmp_path: Path) -> None:
    valid = {"total": 2.0, "mel": 0.9, "all": {"mel": 0.5, "correlation_error": 0.1}, "kinds": {}}
    curve = read_curve(write(tmp_path / "wide", [{"step": 1, "seconds": 5.0, "valid": valid}]))
    assert curve.held_out == [(5.0, 2.0)] and curve.parts == {"mel distance": [(5.0, 0.5)]}


def test_the_log_itself_may_be_given(tmp_path: Path) -> None:
    folder = performer(tmp_path / "lead", [6.0, 5.0])
    assert read_curve(folder / "log.jsonl") == read_curve(folder)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("nothing\n", "line 1"),
        ('{"seconds": 1}\n[1]\n', "line 2"),
        ('{"seconds": "1"}\n', "line 1"),
        ('{"seconds": 1, "loss": 2}\n', "no held-out figures yet"),
        ('{"seconds": 1, "valid": ["a"]}\n', "'valid' is"),
        ('{"seconds": 1, "valid": {"mel": 1}}\n', "'valid' is"),
        ('{"seconds": NaN, "valid": [1]}\n', "line 1"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, line: str) -> None:
    (tmp_path / "log.jsonl").write_text(text)
    with pytest.raises(UsageError, match=line):
        read_curve(tmp_path)


def test_a_missing_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"log\.jsonl: is not there"):
        read_curve(tmp_path)
