from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from stemwright.cli.main import run
from stemwright.corpus import read
from stemwright.corpus.build import build_corpus
from stemwright.corpus.read import songs
from stemwright.corpus.readers.composers import easyrpg, freedoom
from stemwright.corpus.song import CorpusSong, from_line
from stemwright.corpus.styled import styled_songs
from stemwright.errors import UsageError
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from support import midi as m
from support import printed as p

GMD = "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,duration,split"


def tune(seed: int) -> list[str]:
    """Eight bars of quarters over C."""
    rng = Random(seed)
    return [
        p.bar(
            p.attributes() if i == 0 else "",
            p.symbol("C", "major"),
            *(p.note(f"{rng.choice('CDEFGAB')}5", 2) for _ in range(4)),
            number=i + 1,
        )
        for i in range(8)
    ]


def band() -> bytes:
    """Eight bars of a tune, broken chords, a bass and drums."""
    rng = Random(9)
    melody = [rng.randint(65, 84) for _ in range(64)]
    return m.file(
        m.chunk([(0, m.name("Melody")), *m.notes(melody, channel=3)]),
        m.chunk([(0, m.name("Piano")), *m.notes([60, 64, 67, 64] * 16, channel=2)]),
        m.chunk([(0, m.name("Bass")), *m.notes([40, 43] * 32, channel=1)]),
        m.chunk(m.notes([36, 42, 38, 42] * 16, channel=9)),
    )


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song or two of every source, and a file that is none."""
    folder = tmp_path_factory.mktemp("sources")
    symbolic = folder / "symbolic"
    for number, composer in enumerate(("Someone", "Fats_Waller")):
        p.save(symbolic / "openewld" / composer / "Song" / "Song.mxl", tune(number))
    p.save(symbolic / "lieder" / "Someone,_A" / "Set" / "1" / "lc1.mxl", tune(5))
    p.save(symbolic / "lieder" / "Someone,_A" / "Set" / "2" / "lc2.mxl", tune(6))
    (symbolic / "openewld" / "Someone" / "Bad").mkdir()
    (symbolic / "openewld" / "Someone" / "Bad" / "Bad.mxl").write_bytes(b"PK")
    rows = [GMD]
    for number, split in enumerate(("train", "validation")):
        (symbolic / "gmd").mkdir(exist_ok=True)
        hits = [36, 42, 38, 42 + 4 * number] * 16
        (symbolic / "gmd" / f"{number}.mid").write_bytes(m.file(m.chunk(m.notes(hits, channel=9))))
        rows.append(f"drummer1,s,d/{number},rock/halftime,97,beat,4-4,{number}.mid,x,1,{split}")
    (symbolic / "gmd" / "info.csv").write_text("\n".join(rows) + "\n")
    for name in ("freedoom/d_map01.mid", "freedoom/d_dm25.mid", "easyrpg/Town 1.mid"):
        (symbolic / name).parent.mkdir(exist_ok=True)
        (symbolic / name).write_bytes(band())
    (symbolic / "freedoom" / "CREDITS-MUSIC").write_text('--Phase 2--\n MAP01: "A Song" by Who "x" Ever\n')
    return folder


def test_real_songs_with_a_style_or_a_band(sources: Path) -> None:
    steps: list[tuple[int, int]] = []
    found = styled_songs(sources, lambda done, total, name: steps.append((done, total)))
    assert steps[-1][0] == steps[-1][1] == len(steps)
    assert {song.name.partition(":")[0] for song in found} == {"openewld", "gmd", "freedoom", "easyrpg"}
    assert {song.state.style for song in found if song.name.startswith("gmd")} == {"rock halftime"}
    assert all(song.human for song in found if song.name.startswith("gmd"))
    with pytest.raises(UsageError, match="no such folder"):
        styled_songs(sources / "nowhere")


def test_the_same_sources_give_the_same_bytes(sources: Path, tmp_path: Path) -> None:
    made = build_corpus(sources, tmp_path / "a")
    assert build_corpus(sources, tmp_path / "b") == made
    for name in ("train.jsonl", "valid.jsonl", "manifest.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert json.loads((tmp_path / "a" / "manifest.json").read_text(encoding="utf-8")) == made


def test_what_is_in_it(sources: Path, tmp_path: Path) -> None:
    made = build_corpus(sources, tmp_path)
    train, valid = (list(songs(tmp_path, split)) for split in ("train", "valid"))
    assert [s.source for s in valid] == ["openewld", "gmd", "freedoom"]
    # Both bands of the training split play what a held-out one plays.
    assert [s.source for s in train] == ["openewld", "lieder", "lieder", "gmd"]
    assert train[0].chords == "given" and train[1].chords == "found" and train[3].chords == "none"
    assert train[3].timing == "human" and train[3].state.style == "rock halftime"
    assert set(valid[2].scores) == {"drums", "bass", "harmony", "lead"} and valid[2].composers == ("unknown",)
    assert {d["left_out"] for d in made["doubles"] if d["across_splits"]} == {
        "freedoom/d_map01", "easyrpg/Town 1"
    }  # fmt: skip
    assert len(made["skipped"]) == 1 and "Bad.mxl" in made["skipped"][0]
    assert made["counts"]["train"]["openewld"]["bars_with_given_chords"] == 8
    assert set(made["sources"]) == {"openewld", "lieder", "gmd", "freedoom"}


def test_whom_pieces_are_owed_to_is_in_the_manifest(tmp_path: Path) -> None:
    symbolic = tmp_path / "in" / "symbolic"
    for name in ("tanner_helland/Home.mid", "mutopia_popular/march/m.mid", "mutopia_popular/march/un.mid"):
        (symbolic / name).parent.mkdir(parents=True, exist_ok=True)
    (symbolic / "tanner_helland" / "Home.mid").write_bytes(band())
    hands = m.chunk(m.notes([72, 74, 76, 79, 77, 76, 74, 71] * 8)), m.chunk(m.notes([48, 43] * 32))
    (symbolic / "mutopia_popular" / "march" / "m.mid").write_bytes(m.file(*hands))
    (symbolic / "mutopia_popular" / "march" / "un.mid").write_bytes(m.file(*hands))
    index = "kind\tfile\tcomposer\ttitle\tdate\tlicence\tmaintainer\nmarch\tm\tSousaJP\tM\t\tCC0\tSomeone\n"
    (symbolic / "mutopia_popular" / "index.tsv").write_text(index)
    made = build_corpus(tmp_path / "in", tmp_path / "out")
    assert made["pieces"] == {
        "mutopia_popular": ['"M" (J. P. Sousa), edition by Someone, CC0'],
        "tanner_helland": ['"Home" (Tanner Helland), CC-BY 4.0'],
    }
    assert made["skipped"] == ["mutopia_popular/march/un.mid: index.tsv does not name it"]
    found = {song.source: song for song in songs(tmp_path / "out", "train")}
    assert found["tanner_helland"].composers == ("Tanner Helland",)
    assert found["mutopia_popular"].state.style == "march"


def test_the_command_builds_it_and_says_what_is_missing(
    sources: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", "corpus", str(tmp_path / "c"), "--sources", str(sources)]) == 0
    assert "openewld" in capsys.readouterr().out
    assert run(["train", "corpus", str(tmp_path / "d"), "--sources", str(tmp_path)]) == 2
    assert "has no MIDI or MusicXML files" in capsys.readouterr().err
    assert run(["train", "corpus", str(tmp_path / "d"), "--sources", str(tmp_path / "no")]) == 2
    assert "no: no such folder" in capsys.readouterr().err


def song() -> CorpusSong:
    state = GlobalState.create("97.3", "F# minor", "7/8", "a:4 b:4")
    scores = {"lead": Score((Note(0, 9, 60, 80),))}
    return CorpusSong(state, scores, source="lieder", name="Ü", composers=("A", "B"))


def test_a_line_says_all_of_a_song() -> None:
    assert from_line(song().line(), "x") == song() and "\n" not in song().line()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"timing": "swung"}, "timing"), ({"chords": 3}, "chords"), ({"scores": []}, "scores"),
        ({"scores": {"lead": [[0, 9, 60]]}}, "four whole numbers"), ({"scores": {"Lead!": []}}, "layer name"),
        ({"scores": {"lead": [[0, 9, 60, 200]]}}, "velocity"),
        ({"scores": {"lead": [[True, 9, 60, 2]]}}, "four"),
        ({"state": {}}, "state.bpm"), ({"more": 1}, "fields"), ({"composer": [1]}, "composer"),
    ],
)  # fmt: skip
def test_lines_that_are_no_songs(tmp_path: Path, change: dict[str, object], says: str) -> None:
    bad = json.dumps(json.loads(song().line()) | change)
    (tmp_path / "train.jsonl").write_text(song().line() + "\n" + bad + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=rf"train\.jsonl: line 2: .*{says}"):
        list(songs(tmp_path, "train"))


def test_files_that_are_no_corpora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="unknown"):
        list(songs(tmp_path, "test"))
    with pytest.raises(UsageError, match=r"train\.jsonl: cannot be read"):
        list(songs(tmp_path, "train"))
    (tmp_path / "train.jsonl").write_bytes(b"\xff\xff")
    with pytest.raises(UsageError, match="cannot be read"):
        list(songs(tmp_path, "train"))
    (tmp_path / "train.jsonl").write_text("[" * 100_000)
    with pytest.raises(UsageError, match="line 1: is not a song"):
        list(songs(tmp_path, "train"))
    monkeypatch.setattr(read, "MAX_LINE", 50)
    with pytest.raises(UsageError, match="longer than 50"):
        list(songs(tmp_path, "train"))


def test_who_wrote_what() -> None:
    text = """--Phase 1--
Title: "Fight" by Korp, based on "Dance" by Tyler "P" P.
\tE1M1: "Steel and Brass" by J.Astartes and Mr795
\tE1M5: e1m1.mid by Ralph "Ralphis" Vickers
--FreeDM--
\tDM22: "Red Foot" by Kevin "V" Martins & Simone Alauk
--Previously Featured in 0.13.0--
E1M1: "Other" by Nobody
"""
    assert freedoom(text) == {
        "d_intro": ("Korp", "Tyler P."), "d_introa": ("Korp", "Tyler P."), "d_e1m1": ("J.Astartes", "Mr795"),
        "d_e1m5": ("Ralph Vickers",), "d_dm22": ("Kevin Martins", "Simone Alauk"),
    }  # fmt: skip
    assert easyrpg("├⠀ `Town 1.mid` | 2010 | A B [CC-BY] | u\n├⠀ `x.png` | 1 | C [cc0]") == {
        "Town 1": ("A B",)
    }
