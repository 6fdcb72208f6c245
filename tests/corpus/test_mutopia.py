"""Mutopia's index: whose a piece is, whether it may be read, and on which side it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.corpus.mutopia import FOLDER, passed_over, person, pieces, split_pieces

ROWS = """kind\tfile\tcomposer\ttitle\tdate\tlicence\tmaintainer\topus
ragtime\trag\tJoplinS\tA "Rag"\t1902\tPublic Domain\tSomeone\t
march\tmarch\tSousaJP\tMarch\t1896\tCreative Commons Attribution 2.5\tÉlan V\t
song\tsong\tFosterSC\tSong\t\tCC0 1.0\tOther\t
song\tshared\tAbtF\tShared\t\tCreative Commons Attribution-ShareAlike 3.0\tOther\t
song\tours\tAbtF\tOurs\t\t\tOther\t
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / FOLDER
    for name in ("ragtime/rag", "march/march", "march/march-2", "song/song", "song/shared", "song/ours"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / f"{name}.mid").touch()
    (place / "index.tsv").write_text(ROWS, encoding="utf-8")
    return place


def test_each_piece_has_its_credit(folder: Path) -> None:
    credits = {piece.path.stem: piece.credit for piece in pieces(folder)}
    assert credits["rag"] == '"A "Rag"" (Scott Joplin), edition by Someone, Public Domain'
    line = '"March" (J. P. Sousa), edition by Élan V, Creative Commons Attribution 2.5'
    assert credits["march"] == credits["march-2"] == line


def test_what_is_not_free_is_passed_over_and_named(folder: Path) -> None:
    free = {p.name for split in ("train", "valid") for p in split_pieces(folder, split)}
    read = ("march/march-2", "march/march", "ragtime/rag", "song/song")
    assert free == {f"{FOLDER}/{name}.mid" for name in read}
    lines = passed_over(folder)
    assert len(lines) == 2
    assert "song/ours.mid: index.tsv does not name it" in lines[0]
    assert "song/shared.mid: its licence is 'Creative Commons Attribution-ShareAlike 3.0'" in lines[1]


def test_without_an_index_nothing_is_read(folder: Path, tmp_path: Path) -> None:
    (folder / "index.tsv").unlink()
    assert pieces(folder) == () and split_pieces(folder, "train") == ()
    assert passed_over(folder) == [
        f"{FOLDER}: has no index.tsv, which says whom its pieces are to be credited to"
    ]
    assert passed_over(tmp_path / "nowhere") == []


def test_composers_are_on_one_side_with_the_other_sets(folder: Path) -> None:
    valid = {piece.composer for piece in split_pieces(folder, "valid")}
    train = {piece.composer for piece in split_pieces(folder, "train")}
    assert valid == {"Scott Joplin", "Stephen Foster"} and train == {"J. P. Sousa"}


def test_of_what_nobody_signed_some_is_held_out(tmp_path: Path) -> None:
    place = tmp_path / FOLDER
    (place / "folk").mkdir(parents=True)
    rows = [ROWS.splitlines()[0]]
    for number in range(60):
        (place / "folk" / f"tune{number}.mid").touch()
        rows.append(f"folk\ttune{number}\tTraditional\tTune\t\tPublic Domain\tSomeone\t")
    (place / "index.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    train, valid = (split_pieces(place, split) for split in ("train", "valid"))
    assert len(train) + len(valid) == 60 and 1 <= len(valid) <= 10 and not set(train) & set(valid)


@pytest.mark.parametrize(
    ("code", "who"),
    [
        ("JoplinS", "Scott Joplin"), ("SousaJP", "J. P. Sousa"), ("BeethovenLv", "L. v. Beethoven"),
        ("Traditional", "Traditional"), ("RougetdeLisleCJ", "C. J. RougetdeLisle"),
        ("Mendelssohn-BartholdyF", "F. Mendelssohn-Bartholdy"), ("Claribel", "Claribel"),
        ("WolfA", "A. Wolf"), ("WolfH", "Hugo Wolf"),
    ],
)  # fmt: skip
def test_who_a_code_means(code: str, who: str) -> None:
    assert person(code) == who
