"""Which files a source has, and that nothing is on two sides."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from stemwright.corpus.splits import (
    KNOWN,
    LATER_AUTHORS,
    VALID_COMPOSERS,
    authors,
    band_files,
    gmd_fills,
    gmd_rows,
    held_out,
    own_files,
    sheet_files,
)


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_composers_are_on_one_side_only(tmp_path: Path) -> None:
    sheets, lieder = tmp_path / "openewld", tmp_path / "lieder"
    names = ("Joe_Smith", "George_Gershwin-Joe_Smith", "Andrew_Lloyd_Webber-[Traditional]")
    touch(*(sheets / name / "Song" / "Song.mxl" for name in names))
    touch(*(lieder / name / "Set" / "1.mxl" for name in ("Wolf,_Hugo", "Brahms,_Johannes", "Fauré,_Gabriel")))

    def people(folder: Path, split: str) -> set[str]:
        return {path.relative_to(folder).parts[0] for path in sheet_files(folder, split)}

    assert people(sheets, "train") == {"Joe_Smith"}
    assert people(sheets, "valid") == {"George_Gershwin-Joe_Smith"}
    assert people(lieder, "train") == {"Brahms,_Johannes"}
    assert people(lieder, "valid") == {"Wolf,_Hugo", "Fauré,_Gabriel"}
    assert authors("Schumann,_Clara") == {"Clara Schumann"}
    assert authors("Con_Conrad-Sidney_Clare") == {"Con Conrad", "Sidney Clare"}
    assert VALID_COMPOSERS.isdisjoint(LATER_AUTHORS)


def test_groove_midi_has_its_own_splits(tmp_path: Path) -> None:
    rows = ["drummer,id,style,bpm,beat_type,time_signature,midi_filename,split"]
    for name, kind, split in (
        ("a", "beat", "train"), ("b", "fill", "train"), ("c", "beat", "validation"), ("d", "beat", "train")
    ):  # fmt: skip
        rows.append(f"x,x/{name},jazz/funk,95,{kind},4-4,{name}.mid,{split}")
    touch(*(tmp_path / f"{name}.mid" for name in "abc"))  # d.mid is missing
    (tmp_path / "info.csv").write_text("\n".join(rows) + "\n")
    assert [r["id"] for r in gmd_rows(tmp_path, "train")] == ["x/a"]
    assert [r["id"] for r in gmd_rows(tmp_path, "valid")] == ["x/c"]
    assert gmd_rows(tmp_path / "elsewhere", "train") == ()
    assert [r["id"] for r in gmd_fills(tmp_path, "train")] == ["x/b"]
    assert gmd_fills(tmp_path, "valid") == ()


def test_bands_are_split_by_composer(tmp_path: Path) -> None:
    touch(*(tmp_path / f"{name}.mid" for name in ("d_dm25", "d_dm26", "Boss 3")))
    assert [p.stem for p in band_files(tmp_path, "train")] == ["d_dm26"]
    assert [p.stem for p in band_files(tmp_path, "valid")] == ["Boss 3", "d_dm25"]


def test_own_files_are_what_belongs_to_no_set(tmp_path: Path) -> None:
    own = ("a.mid", "b/c.MIDI", "b/d.mxl", "gmd/e.mid", "x.musicxml", "y.xml")
    sets = (*(f"{name}/f.mid" for name in sorted(KNOWN)), "lieder/A,_B/g.mxl", ".trash/h.mid", "b/notes.txt")
    touch(*(tmp_path / name for name in own + sets))
    (tmp_path / "k.mid").mkdir()
    sides = {split: {p.relative_to(tmp_path).as_posix() for p in own_files(tmp_path, split)}
             for split in ("train", "valid")}  # fmt: skip
    assert sides["train"] | sides["valid"] == set(own) and not sides["train"] & sides["valid"]
    assert len(sides["valid"]) == 1


names = st.sets(st.text(min_size=1, max_size=8), max_size=60)


@given(names, st.text(min_size=1, max_size=8))
def test_some_are_held_out_and_never_all(found: set[str], another: str) -> None:
    held = held_out(sorted(found))
    assert held <= found and bool(held) == (len(found) > 1) and (not found or held != found)
    assert held == held_out(sorted(found, reverse=True))
    if len(held) > 1:  # whoever was held out by its name stays so, whatever comes
        assert held <= held_out(sorted(found | {another}))


def test_about_one_in_twenty_is_held_out() -> None:
    assert 80 <= len(held_out([f"{i}.mid" for i in range(2000)])) <= 120
