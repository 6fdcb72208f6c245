"""The report of prompts: what is right is counted, own captions are checked, the shipped ones are 300."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.assess.text.captions import Caption, read_captions
from stemwright.assess.text.measuring import assess_text
from stemwright.assess.text.tables import text_tables
from stemwright.cli.main import run
from stemwright.compose.styles import BOOK
from stemwright.errors import UsageError
from stemwright.song.harmony import Key
from support.prompts import write_encoder


def test_right_styles_and_fields_are_counted(tmp_path: Path) -> None:
    captions = [
        Caption("smoky, 120 bpm", "jazz", bpm="120"),
        Caption("techno", "techno"),
        Caption("jazz for a bunker, adagio", "techno", bpm="55-76"),
        Caption("strobe in G", "techno", key="G minor"),
    ]
    report = assess_text(write_encoder(tmp_path), captions, lambda *told: None)
    rows = {(row["method"], row["captions"]): row["r1"] for row in report["styles"]}
    assert rows["grammar alone", "all"] == 0.25 and rows["grammar and encoder", "all"] == 0.75
    assert rows["grammar and encoder", "no style named"] == 1.0
    assert {row["field"]: (row["said"], row["right"]) for row in report["fields"]} == {
        "bpm": (2, 2), "key": (1, 0), "meter": (0, 0),
    }  # fmt: skip
    assert text_tables(report)[0].title == "styles"


def test_the_captions_that_come_with_it() -> None:
    captions = read_captions()
    assert len(captions) == 300 and {caption.style for caption in captions} == set(BOOK)
    assert all(str(Key.parse(caption.key)) == caption.key for caption in captions if caption.key)


@pytest.mark.parametrize("text", ["", "x\ty\n", "caption\tstyle\tbpm\tkey\tmeter\nnice\tbaroque\t-\t-\t-\n"])
def test_tables_that_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.tsv").write_text(text)
    with pytest.raises(UsageError, match=r"c\.tsv: "):
        read_captions(tmp_path / "c.tsv")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = write_encoder(tmp_path).path
    table = tmp_path / "c.tsv"
    table.write_text("caption\tstyle\tbpm\tkey\tmeter\nsmoky\tjazz\t-\t-\t-\n", encoding="utf-8")
    assert run(["evaluate", "text", str(bundle), "--captions", str(table)]) == 0
    assert "grammar and encoder" in capsys.readouterr().out
