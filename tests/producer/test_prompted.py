"""Prompts as wishes: options win, instruments find their layers, songs keep their prompt."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from stemwright.compose.arranger import arrange
from stemwright.errors import UsageError
from stemwright.producer import bundles, casting
from stemwright.producer.create import create, draft, require_same
from stemwright.producer.generate import generate
from stemwright.producer.orchestra import Orchestra, seated
from stemwright.producer.prompted import prompted
from stemwright.producer.wish import Wish
from stemwright.song.document import dumps, loads
from stemwright.song.state import GlobalState
from stemwright.text.instruments import instrument_of, table
from stemwright.text.keys import WHITE

PLAYED = {
    "drums": ("acoustic", "brush", "percussion"),
    "bass": ("finger", "upright"),
    "harmony": ("piano", "nylon", "strings", "clean guitar"),
    "lead": ("electric guitar", "spanish guitar", "trumpet", "upright piano"),
}


@pytest.fixture(autouse=True)
def _timbres(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {"congas": "drums", "guitar": "harmony", "piano": "harmony", "strings": "harmony"}
    monkeypatch.setattr(bundles, "timbres_of", lambda layer: PLAYED.get(kinds.get(layer, layer), ()))


def wished(prompt: str, **more: str) -> Wish:
    return prompted(Wish(prompt=prompt, **more)).wish


def test_a_prompt_becomes_a_wish() -> None:
    wish = wished("slow bossa in G minor, nylon guitar, brushes, no bass")
    assert (wish.style, wish.key, wish.bpm) == ("bossa", "G minor", "103")
    assert wish.layers == "drums,harmony,lead"
    assert wish.timbres == ("harmony=nylon", "drums=brush")
    assert wished("two minutes of jazz").form == "auto"
    assert wished("jazz").layers is None


@pytest.mark.parametrize(
    ("pace", "bpm"),
    [("very slow", "94"), ("slow", "103"), ("mid tempo", "130"), ("fast", "148"), ("very fast", "157")],
)
def test_paces_lie_in_the_styles_range(pace: str, bpm: str) -> None:
    assert wished(f"{pace} bossa").bpm == bpm


def test_options_win_and_that_is_said() -> None:
    found = prompted(Wish(prompt="jazz, 120 bpm, no bass, in C minor", bpm="90", layers="bass,drums"))
    assert (found.wish.bpm, found.wish.key, found.wish.layers) == ("90", "C minor", "bass,drums")
    assert found.remarks == (
        "bpm '90' counts, not '120 bpm' of the prompt",
        "layers 'bass,drums' counts, not 'no bass' of the prompt",
    )


def test_moods_ask_for_what_nothing_else_says() -> None:
    assert wished("sad song").key == f"{WHITE['minor']} minor"
    assert wished("sad song in D major").key == "D major"
    assert wished("sad song, Dm7 G7 Cmaj7").key is None
    assert wished("energetic").dynamics == 1 and wished("quiet but energetic").dynamics == -1


def test_instruments_find_layers() -> None:
    def seats(*names: str, fixed: bool = False) -> Orchestra:
        found = [instrument_of(name) for name in names]
        band = Orchestra(("drums", "bass", "harmony", "lead"), {})
        return seated([each for each in found if each], band, fixed)

    assert seats("piano", "trumpet").timbres == {"harmony": "piano", "lead": "trumpet"}
    assert seats("nylon guitar", "piano").timbres == {"harmony": "nylon", "lead": "upright piano"}
    assert seats("piano", "strings").timbres == {"harmony": "piano", "strings": "strings"}
    assert seats("piano trio").timbres == {"harmony": "piano", "lead": "upright piano"}
    assert seats("piano", "piano").remarks == []
    assert seats("congas").layers == ["drums", "bass", "harmony", "lead", "congas"]
    assert seats("congas", fixed=True).timbres == {"drums": "percussion"}
    assert seats("trumpet", "electric guitar", "clarinet").remarks[-1].startswith("'clarinet'")
    assert seats("harmonica").remarks == ["'harmonica': no bundle here sounds like it"]


def test_a_plain_guitar_is_the_styles() -> None:
    assert wished("bossa with guitar").timbres == ("harmony=nylon",)
    assert wished("pop with guitar").timbres == ("harmony=clean guitar",)
    assert wished("jazz, guitar lead").timbres == ("lead=electric guitar",)


def test_every_timbre_of_the_table_is_one_that_bundles_are_trained_on() -> None:
    from stemwright.instruments.timbres import TIMBRES

    for row in table():
        for layer, names in {
            row["layer"]: row["timbres"],
            **{k: row[k] for k in TIMBRES if k in row},
        }.items():
            assert set(names) <= set(TIMBRES[layer]), row["names"]


def test_songs_keep_their_prompt_and_feel(tmp_path: Path) -> None:
    song = draft(tmp_path / "a", Wish(prompt="very loud dense rock, straight eighths, verse:4", seed=3))
    assert (song.prompt[:9], song.state.density, song.state.dynamics) == ("very loud", 1, 2)
    assert song.state.rhythm is not None and song.state.rhythm.swing == Fraction(1, 2)
    assert not song.state.chords
    assert loads(dumps(song)) == song and b'"schema": 6' in dumps(song).replace(b":6", b": 6")


def test_density_and_dynamics_are_heard() -> None:
    def notes(density: int, dynamics: int) -> tuple[int, float]:
        state = GlobalState.create(style="rock", form="verse:8")
        piece = arrange(state.with_(density=density, dynamics=dynamics), seed=1)
        drums = piece.scores["drums"].notes
        return len(drums), sum(note.velocity for note in drums) / len(drums)

    assert notes(-1, 0)[0] < notes(0, 0)[0] < notes(1, 0)[0]
    assert notes(0, -2)[1] + 8 < notes(0, 0)[1] < notes(0, 2)[1] - 8


def test_another_prompt_is_another_song(tmp_path: Path) -> None:
    folder = create(tmp_path / "a", Wish(prompt="jazz in G, verse:2", seed=1))
    require_same(tmp_path / "a", folder.load(), Wish(prompt="jazz in G, verse:2"))
    with pytest.raises(UsageError, match="is a song with prompt 'jazz in G, verse:2', not 'rock'"):
        require_same(tmp_path / "a", folder.load(), Wish(prompt="rock"))
    with pytest.raises(UsageError, match="is a song with key G major, not D major"):
        require_same(tmp_path / "a", folder.load(), Wish(prompt="jazz in G, verse:2", key="D"))


def test_runs_tell_the_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    if "drums" not in casting.performers():
        pytest.skip("no performer")
    folder = create(tmp_path / "a", Wish(prompt="just drums, 240 bpm, verse:1", seed=1))
    generate(tmp_path / "a")
    assert folder.runs.read(1)["prompt"] == "just drums, 240 bpm, verse:1"
