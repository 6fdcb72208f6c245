"""`lyrics`: runs in the song's chain, the melody made again, drafts, programs, MIDI and karaoke."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.exchange.exports import export_song
from stemwright.exchange.imports import import_midi
from stemwright.producer import lyrics as words
from stemwright.producer.create import Wish, create
from stemwright.producer.lyric_drafts import Lyricist, draft
from stemwright.shown.log import history
from stemwright.shown.reports import check
from stemwright.song.midi_write import write_midi
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.store import SongFolder
from stemwright.words.drafting import last_word
from stemwright.words.pronouncing import rhymes
from support import lyricist
from support.songs import files

TEXT = (
    "[verse]\nTwinkle, twinkle, little star,\nHow I wonder what you are\n[chorus]\nShine on me\nShine on you"
)
FORM = "intro:1 verse:4 chorus:4 verse:4 chorus:4"


def tune(path: Path, name: str, step: int) -> Path:
    """A MIDI file with a lead of quarter notes, one of them every `step` beats missing."""
    state = GlobalState.create("120", "C major", "4/4", FORM)
    beats = [beat for beat in range(4, 4 * state.bars) if beat % step]
    score = Score.from_notes(Note(96 * beat, 90, 60 + beat % 12, 90) for beat in beats)
    file = path / name
    file.write_bytes(write_midi(state, {"lead": score}))
    return file


@pytest.fixture
def sung(tmp_path: Path) -> Path:
    path = tmp_path / "sung"
    create(path, Wish(bpm="120", key="C major", form=FORM, seed=3, title="A Tune"))
    import_midi(path, tune(tmp_path, "tune.mid", 8))
    return path


def texts(facts: dict[str, Any]) -> list[str]:
    return [line["text"] for line in facts["lines"]]


def test_each_change_is_a_run_and_none_is_lost(sung: Path) -> None:
    made = words.give(sung, TEXT, "x.txt")
    assert made["run"] == 2 and made["layer"] == "lead" and made["language"] == "en"
    assert texts(made)[-2:] == ["Shine on me", "Shine on you"] and len(made["lines"]) == 6
    onsets = {note.onset for note in SongFolder.open(sung).scores(SongFolder.open(sung).load())["lead"].notes}
    assert {s["tick"] for line in made["lines"] for s in line["syllables"]} <= onsets
    assert words.give(sung, TEXT, "x.txt")["run"] is None
    other = words.set_line(sung, 2, "How I  wonder where you went")
    assert texts(other)[1] == "How I wonder where you went" and other["lines"][0] == made["lines"][0]
    assert words.show(sung) == {**other, "run": None}
    assert words.remove(sung)["lines"] == []
    assert [run["command"] for run in history(sung)["runs"]] == ["import", "lyrics", "lyrics", "lyrics"]
    folder = SongFolder.open(sung)
    assert [folder.runs.read(n)["details"]["how"] for n in (2, 3, 4)] == ["file", "line", "removed"]
    assert check(sung)["ok"] and folder.load().lyrics is None
    with pytest.raises(UsageError, match="has no lyrics; give it some"):
        words.show(sung)


def test_the_melody_is_made_again(sung: Path, tmp_path: Path) -> None:
    before = words.give(sung, TEXT, "x.txt")
    import_midi(sung, tune(tmp_path, "other.mid", 11))
    after = words.show(sung)
    assert texts(after) == texts(before) and after["lines"] != before["lines"]
    assert "the melody is another one" in after["remarks"][0]
    onsets = {note.onset for note in SongFolder.open(sung).scores(SongFolder.open(sung).load())["lead"].notes}
    assert {s["tick"] for line in after["lines"] for s in line["syllables"]} <= onsets
    assert words.align(sung, "lead")["run"] is not None and words.align(sung, "lead")["run"] is None
    assert words.show(sung)["remarks"] == []


def test_what_is_refused_changes_nothing(sung: Path) -> None:
    words.give(sung, TEXT, "x.txt")
    before = files(sung)
    for call, said in (
        (lambda: words.give(sung, "[verse]\n" + "la " * 100, "x.txt"), "x.txt: line 1, .* do not fit"),
        (lambda: words.give(sung, "a", "x.txt", layer="flute"), "layer 'flute'"),
        (lambda: words.give(sung, "a", "x.txt", layer="drums"), "drums have no melody"),
        (lambda: words.give(sung, "a", "x.txt", language="xx"), "language 'xx'"),
        (lambda: words.set_line(sung, 9, "a"), "line 9: is not there; the lyrics have lines 1 to 6"),
        (lambda: words.set_line(sung, 1, "  "), "text: "),
        (lambda: words.set_line(sung, 1, "la " * 90), "do not fit"),
        (lambda: words.align(sung, "tuba"), "layer 'tuba'"),
    ):
        with pytest.raises(UsageError, match=said):
            call()
    assert files(sung) == before


def test_midi_has_lyric_events_and_karaoke(sung: Path, tmp_path: Path) -> None:
    mido = pytest.importorskip("mido")
    with pytest.raises(UsageError, match="has no lyrics"):
        export_song(sung, karaoke=True)
    words.give(sung, TEXT, "x.txt")
    made = export_song(sung, midi=True, karaoke=True, to=tmp_path / "out")
    lead = next(track for track in mido.MidiFile(made["midi"]).tracks if track.name == "lead")
    now, found, onsets = 0, [], set()
    for event in lead:
        now += event.time
        if event.type == "lyrics":
            found.append((now, event.text.encode("latin-1").decode()))
        elif event.type == "note_on" and event.velocity:
            onsets.add(now)
    assert [text for _, text in found[:7]] == ["Twin", "kle, ", "twin", "kle, ", "lit", "tle ", "star,\r"]
    assert {tick for tick, _ in found} <= onsets and made["karaoke"].endswith(".kar")
    kar = mido.MidiFile(made["karaoke"])
    sung_words = next(track for track in kar.tracks if track.name == "Words")
    said = [event.text for event in sung_words if event.type == "text"]
    assert said[:4] == ["@LENGL", "@TA Tune", "\\Twin", "kle, "] and "/How " in said
    assert any(event.type == "text" and event.text == "@KMIDI KARAOKE FILE" for event in kar.tracks[0])


def test_a_draft_suits_the_melody_and_comes_again(sung: Path) -> None:
    made = draft(sung, Lyricist("the sea", seed=7), None)
    assert made["run"] and draft(sung, Lyricist("the sea", seed=7), None)["run"] is None
    assert draft(sung, Lyricist("the sea", seed=8), None)["run"]
    said = {
        name: [line["text"] for line in made["lines"] if line["section"] == name]
        for name in ("verse", "chorus")
    }
    half = len(said["chorus"]) // 2
    assert said["chorus"][:half] == said["chorus"][half:] and len(set(said["verse"])) == len(said["verse"])
    ends = [last_word(line) for line in said["chorus"][:half]]
    assert rhymes(ends[0], ends[1])
    onsets = {note.onset for note in SongFolder.open(sung).scores(SongFolder.open(sung).load())["lead"].notes}
    assert {s["tick"] for line in made["lines"] for s in line["syllables"]} <= onsets
    assert "no images for 'quxx'" in draft(sung, Lyricist("quxx"), None)["remarks"][0]


def test_a_song_without_a_melody_has_drafts_on_beats(tmp_path: Path) -> None:
    create(tmp_path / "song", Wish(bpm="100", form="verse:4 chorus:4", seed=1, layers="drums,bass"))
    made = draft(tmp_path / "song", Lyricist("winter"), None)
    assert made["layer"] is None and made["lines"] and all(line["syllables"] for line in made["lines"])


def by(how: str) -> str:
    return shlex.join([sys.executable, str(Path(lyricist.__file__)), how])


def test_a_program_drafts(sung: Path) -> None:
    made = draft(sung, Lyricist("the sea", by("well")), None)
    assert made["run"] and set(" ".join(texts(made)).split()) == {"la"}
    assert texts(draft(sung, Lyricist("the sea", by("short")), None))[0].startswith("mi mi")
    run = SongFolder.open(sung).runs.read(made["run"])
    assert run["details"]["theme"] == "the sea" and "python" in run["details"]["writer"]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("hang", "gave no answer within 1 s"),
        ("die", "ended without an answer \\(exit code 1: no lyrics today\\)"),
        ("rubbish", "is no JSON: 'not JSON"),
        ("list", "should be one JSON object"),
        ("few", "lines; it should be"),
        ("numbers", "line 1 of its answer: text: "),
        ("bell", "line 1 of its answer: text: "),
        ("long", "longer than 1 MiB"),
    ],
)
def test_programs_that_misbehave(sung: Path, how: str, said: str) -> None:
    before, start = files(sung), time.monotonic()
    with pytest.raises(StemwrightError, match=said) as caught:
        draft(sung, Lyricist("the sea", by(how), 1.0 if how == "hang" else 60.0), None)
    assert caught.value.exit_code == 1 and "\n" not in str(caught.value)
    assert files(sung) == before and time.monotonic() - start < 30


@pytest.mark.parametrize("command", ["", "no-such-program-here", "'unclosed"])
def test_programs_that_cannot_be_started(sung: Path, command: str) -> None:
    with pytest.raises(UsageError, match="by"):
        draft(sung, Lyricist("the sea", command), None)
