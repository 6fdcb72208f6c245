"""Reading style files: what is good comes through, and every fault is a line that names field and mending."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange
from stemwright.compose.bass import write_bass
from stemwright.compose.chords import compose_chords
from stemwright.compose.drums import write_drums
from stemwright.compose.groove import choose_grooves, compose_rhythm
from stemwright.compose.harmony import write_harmony
from stemwright.compose.plan import plan_song
from stemwright.compose.sounds import usual_timbre
from stemwright.compose.style import Comp, Groove, Style
from stemwright.compose.stylebook import marks
from stemwright.compose.stylebook.files import MAX_BYTES, own_files, shipped_file
from stemwright.compose.stylebook.reading import examine, parse, read_style
from stemwright.compose.styles import BOOK, played, resolve, style_of
from stemwright.errors import UsageError
from stemwright.song.score import Score
from stemwright.song.state import GlobalState

SHORT = 'about = "as pop"\nlike = "pop"\n'


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's styles."""
    monkeypatch.setenv("STEMWRIGHT_STYLES", str(tmp_path))
    return tmp_path


def write(folder: Path, text: str, name: str = "my-style") -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", BOOK)
def test_shipped_files_are_whole_and_without_fractions(name: str) -> None:
    assert examine(shipped_file(name))[1] == ()

    def numbers(value: object) -> bool:
        if isinstance(value, dict):
            return all(map(numbers, value.values()))
        return all(map(numbers, value)) if isinstance(value, list) else not isinstance(value, float)

    assert numbers(tomllib.loads(shipped_file(name).read_text(encoding="utf-8")))


def test_a_copy_of_a_shipped_style_is_that_style(own: Path) -> None:
    file = write(own, shipped_file("jazz").read_text(encoding="utf-8"), "my-jazz")
    assert read_style(file).swing == Fraction(16, 25)
    assert replace(read_style(file), name="jazz") == style_of("jazz")


def test_like_says_only_what_differs(own: Path) -> None:
    text = SHORT + '[timbres]\nlead = "flute"\n[harmony]\nverse = ["arp x--- x--- | x--- x---"]\ngate = 40\n'
    file = write(own, text.replace("--- |", "---"))
    style, pop = read_style(file), style_of("pop")
    assert (style.name, style.like, style.bpm, style.meter) == ("my-style", "pop", pop.bpm, None)
    assert style.timbres == {**pop.timbres, "lead": "flute"}
    assert style.comps == {**pop.comps, "verse": (Comp("x---x---x---x---", "arp"),)}
    assert style.comp_gate == 40 and style.grooves == pop.grooves
    assert usual_timbre("my-style", "lead-2") == "flute"


FAULTS = [
    ("bpm = [90.5, 120]", "bpm: [90.5, 120] is not a range of tempi; write two whole numbers of 30 to 300"),
    ("bpm = [120, 90]", "bpm: [120, 90] is not a range"),
    ("bpm = [20, 90]", "bpm: [20, 90] is not a range"),
    ("bpm = [true, 90]", "bpm: [True, 90] is not a range"),
    ('swing = "4/5"', "swing: '4/5' is not a fraction of 1/2 (straight) to 3/4"),
    ('swing = "1/0"', "swing: '1/0' is not a fraction"),
    ("swing = 0.6", "swing: 0.6 is not allowed; write a text"),
    ('meter = "4/5"', "meter: '4/5' is not a meter"),
    ('tempo = "1"', "tempo: is not known here"),
    ('"t\\n" = "1"', r"'t\n': is not known here"),
    ("[bass]\ngate = 101", "bass.gate: 101 is not a whole number of 0 to 100"),
    ("[bass]\ngate = 50.0", "bass.gate: 50.0 is not a whole number"),
    ("[bass]\ngat = 50", "bass.gat: is not known here; did you mean 'gate'?"),
    ("[bass]\nwalking = 1", "bass.walking: 1 is neither true nor false"),
    ("[bass]\nverse = []", "bass.verse: has 0 entries; give 1 to 32"),
    ('[bass]\nverse = "1---"', "bass.verse: '1---' is not allowed; write a list"),
    ('[bass]\nverse = ["1--- ---"]', "bass.verse: '1--- ---' has 7 marks; a bar has 16"),
    ('[bass]\nverse = ["1--- ---- ---- ---- | 1---"]', "has 4 marks in bar 2; a bar has 16"),
    ('[bass]\nverse = ["1--- ---- ---- ---z"]', "has the mark 'z'; use 1 2 3 4 5 6 7 8 f n a g v and . for"),
    ('[bass]\nverse = ["---- ---- ---- 1---"]', "begins with -, which holds nothing"),
    (f'[bass]\nverse = ["{"1---" * 36}"]', "has 9 bars; give at most 8"),
    ('[harmony]\nverse = ["strum x--- x--- x--- x---"]', "has the mark 't'"),
    ('[lead]\nrhythms = ["n--- ---- ---- ----"]', "lead.rhythms: 'n--- ---- ---- ----' has the mark 'n'"),
    ('[drums]\nfills = ["sssss"]', "drums.fills: 'sssss' has 5 marks; a fill has 4, 8, 12 or 16"),
    ('[drums]\nfills = ["s-ss"]', "drums.fills: 's-ss' has the mark '-'"),
    ('[drums]\ncrash = "gong"', "drums.crash: 'gong' is not one of none, kick"),
    ("[drums]\nverse = []", "drums.verse: should be 1 to 32 grooves; write [[drums.verse]]"),
    ("[[drums.verse]]\n", "drums.verse: a groove has no drums; write lines as kick ="),
    ('[[drums.verse]]\ncowbell = "x... x... x... x..."', "drums.verse: 'cowbell' is not a drum; use kick"),
    ("[[drums.verse]]\nkick = 4", "drums.verse: kick: 4 is not a pattern"),
    ('[chords]\nmajor = ["1 | | 5"]', "chords.major: a bar has 0 chords"),
    ('[chords]\nmajor = ["1 4 5"]', "chords.major: a bar has 3 chords ('1 4 5'); write one or two"),
    ('[chords]\nmajor = ["8"]', "chords.major: '8' is not a chord; write a degree 1-7"),
    ('[chords]\nmajor = ["Am"]', "chords.major: 'Am' is not a chord"),
    ('[chords]\nminor = ["2:m8"]', "chords.minor: '2:m8': the kind 'm8' is not known; write for example 'm"),
    ('[chords]\ncadences = ["b2:*"]', "chords.cadences: 'b2:*': * is the key's own seventh chord"),
    ('[chords]\ncadences = ["4 | 5"]', "chords.cadences: a bar has 3 chords"),
    (f'[chords]\nmajor = ["{"1 | " * 32}1"]', "has 33 bars; give at most 32"),
    ('[chords]\ncolor = "sevent"', "chords.color: 'sevent' is not one of triad, seventh, power; did you"),
    ("[feel]\nlean = { lead = 13 }", "feel.lean.lead: 13 is not a whole number of -12 to 12"),
    ("[feel]\nlean = { horn = 1 }", "feel.lean.horn: is neither a layer nor a drum"),
    ("[feel]\nloose = 9", "feel.loose: 9 is not a whole number of 0 to 8"),
    ("[timbres]\nlead = 3", "timbres.lead: 3 is not allowed; write a text on one line"),
    ('[timbres]\nhorn = "sax"', "timbres.horn: is not known here"),
    (f'[bass]\nverse = ["{"." * 401}"]', "is longer than 400 signs"),
    ('layers = ["drums", "zither"]', "layers: what is 'zither'? Add its kind"),
    ('layers = ["drums", "drums"]', "layers: 'drums' is given twice"),
    (f"layers = {[f'pad{n}' for n in range(20)]}", "layers: 20 layers given; give at most 16"),
    ("layers = 4", "layers: 4 is not allowed; write a list of texts"),
    ("[[percussion.verse]]\n", "percussion.verse: a groove has no drums"),
    ('[[percussion.verse]]\ncongas = "x... x... x... x..."', "percussion.verse: 'congas' is not a drum"),
    ('[[percussion.verses]]\nrim = "x... x... x... x..."', "percussion.verses: is not known here; did you"),
    ('[pad]\nverse = ["x---"]', "pad.verse: 'x---' has 4 marks; a bar has 16"),
    ('[pad]\nverse = ["chug x--- x--- x--- x---"]', "pad.verse: 'chug x--- x--- x--- x---' has the mark 'c'"),
    ('[guitar2]\nvers = ["chug x--- x--- x--- x---"]', "guitar2.vers: is not known here; did you"),
    ('[brass]\nchorus = [3]', "brass.chorus: [3] is not allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), FAULTS, ids=[fault for _, fault in FAULTS])
def test_every_fault_is_one_line(own: Path, text: str, fault: str) -> None:
    """Named once, by its field, and alone: nothing else of the file suffers."""
    found = examine(write(own, SHORT + text))[1]
    assert len(found) == 1 and fault in found[0] and "\n" not in found[0]
    with pytest.raises(UsageError, match=r"my-style\.toml: "):
        style_of("my-style")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("like = 'pop'", "about: is missing"),
        (SHORT.replace("pop", "pap"), "like: 'pap' is not a shipped style"),
        (SHORT.replace('"pop"', '"latin"'), "like: 'latin' is itself like 'bossa'; name that one"),
        (SHORT.replace('"pop"', '"my-style"'), "like: 'my-style' is not a shipped style"),
        (SHORT.replace('"pop"', "3"), "like: 3 is not a shipped style"),
        (SHORT + "drums = 3", "drums: 3 is not a table; write [drums] on a line of its own"),
        ("about = ", "file: is not TOML ("),
        ("[" * 5000, "file: is not TOML ("),
        ("a = " + "9" * 5000, "file: is not TOML ("),
        ("#" * (MAX_BYTES + 1), "file: is larger than 64 KB"),
    ],
)
def test_files_that_are_no_styles(own: Path, text: str, fault: str) -> None:
    found = examine(write(own, text))[1]
    assert found[0].startswith(fault) and all("\n" not in line for line in found)
    assert len(found) == 1 or not fault.startswith("file"), "where nothing can be read nothing is missing"


def test_an_empty_file_is_told_all_that_it_lacks(own: Path) -> None:
    lacking = {fault.partition(":")[0] for fault in examine(write(own, ""))[1]}
    levels = {
        f"{layer}.{level}"
        for layer in ("drums", "bass", "harmony")
        for level in ("sparse", "verse", "chorus")
    }
    chords = {"chords.major", "chords.minor", "chords.cadences"}
    assert lacking == {"about", "bpm", "lead.rhythms"} | levels | chords


def test_bytes_that_are_no_text(own: Path) -> None:
    (own / "my-style.toml").write_bytes(b"\xff\xfe")
    assert examine(own / "my-style.toml")[1][0].startswith("file: is not UTF-8 text")
    (own / "my-folder.toml").mkdir()
    with pytest.raises(UsageError, match="is not a file; name a style file"):
        style_of("my-folder")


@given(st.text(alphabet="1358nagfXxs.-| \n\"'=[]", max_size=80))
def test_no_pattern_breaks_the_reader(text: str) -> None:
    """What the checks let through has whole bars of known marks, and begins with no hold."""
    if marks.pattern_fault(text, marks.DEGREES) is None:
        plain = marks.plain(text)
        assert plain and len(plain) % 16 == 0 and plain[0] != "-" and set(plain) <= set(marks.DEGREES + ".-")
    if marks.fill_fault(text) is None:
        assert len(marks.plain(text)) in (4, 8, 12, 16)
    if marks.cadence_fault(text) is None:
        assert 1 <= len(text.split()) <= 2


def test_names_of_own_styles(own: Path) -> None:
    assert resolve("my-style") is None
    with pytest.raises(
        UsageError, match=r"'my-style' is a style of your own, and .*my-style\.toml is not there"
    ):
        played("my-style")
    write(own, SHORT)
    write(own, SHORT, "pop")
    write(own, SHORT, "my-")
    assert list(own_files()) == ["my-style"] and played("My-Style") == resolve("my-style") == "my-style"
    assert style_of("pop").bpm == (88, 128), "a file of the user's takes no shipped style's place"
    assert examine(own / "pop.toml")[1][0].startswith("name: 'pop' is not one for a style of your own")
    with pytest.raises(UsageError, match=r"'my-style\.toml' is a file; put it into .* style my-NAME"):
        played("my-style.toml")


def test_a_folder_that_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STEMWRIGHT_STYLES", str(tmp_path / "none"))
    with pytest.raises(UsageError, match=r"STEMWRIGHT_STYLES: .* is not a folder"):
        style_of("my-style")
    assert style_of("pop").name == "pop"


def test_a_changed_file_is_read_again(own: Path) -> None:
    write(own, SHORT)
    assert style_of("my-style").player == "pop"
    write(own, SHORT + '[drums]\nplayer = "none"\n')
    assert style_of("my-style").player == "none"


def bass_of(own: Path, line: str, chords: str = "") -> Score:
    write(
        own, f'{SHORT}[bass]\nlock = 0\nverse = ["{line}"]\n[chords]\nricher = 0\nmajor = ["1 | 4 | 4 | 5"]\n'
    )
    state = GlobalState.create("100", "C", "4/4", "verse:5 outro:1", "my-style")
    return arrange(state, ("bass",), seed=1).scores["bass"]


def test_a_roll_is_two_strokes_in_a_sixteenth(own: Path) -> None:
    hats = 'closed_hat = "x... r... s... ...."'
    write(
        own, f'{SHORT}[drums]\nplayer = "none"\nsteady = true\n[[drums.verse]]\n{hats}\n[feel]\nloose = 0\n'
    )
    state = GlobalState.create("100", "C", "4/4", "verse:3", "my-style")
    hit = [note for note in arrange(state, ("drums",), seed=1).scores["drums"].notes if note.onset < 384]
    assert [note.onset for note in hit if note.pitch == 42] == [0, 96, 108, 192]
    roll = [note.velocity for note in hit if note.pitch == 42][1:3]
    assert roll[1] < roll[0]


def test_bass_marks_that_look_around(own: Path) -> None:
    """`f`: the fifth, of a new chord the root; `n`: the root of the chord that comes."""
    roots = {"C": 36, "F": 29, "G": 31}
    bars = [
        [note.pitch for note in bass_of(own, "f--- ---- ---- ----").notes if note.onset // 384 == bar]
        for bar in range(4)
    ]
    assert bars == [[roots["C"]], [roots["F"]], [roots["F"] + 7], [roots["G"]]]
    bars = [
        [note.pitch for note in bass_of(own, ".... ---- ---- n---").notes if note.onset // 384 == bar]
        for bar in range(3)
    ]
    assert bars == [[roots["F"]], [roots["F"]], [roots["G"]]]


POP = shipped_file("pop").read_text(encoding="utf-8").splitlines()
values = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(str),
    st.floats().map(str),
    st.sampled_from(("true", "1979-05-27", '""', "[]", "{}", '[[""]]', '["x", 1]', "{ x = {} }", '"\\n"')),
    st.text(alphabet="Xx1-.5|: b", max_size=40).map(lambda text: f'"{text}"'),
    st.lists(st.text(alphabet="Xx1-.5|: b", max_size=40), max_size=3).map(
        lambda row: f"{row}".replace("'", '"')
    ),
)


@given(st.integers(0, len(POP)), st.sampled_from(("replace", "drop", "add")), values)
def test_a_file_with_one_odd_line_is_played_or_refused_in_lines(line: int, how: str, value: str) -> None:
    """Whatever stands in a file: a style that can be arranged, or faults of one line each."""
    key = POP[line].partition(" =")[0] if line < len(POP) and " = " in POP[line] else "odd"
    row = [] if how == "drop" else [f"{key} = {value}"]
    lines = [*POP[:line], *row, *POP[line + (how != "add") :]]
    style, faults = parse("my-odd", "\n".join(lines).encode())
    assert all(fault and "\n" not in fault and len(fault) < 700 for fault in faults)
    if not faults:
        state = GlobalState.create("100", "C", "4/4", "verse:1 chorus:1 outro:1")
        plan = plan_song(*decided(state, style))
        assert write_drums(plan).notes and write_bass(plan).notes and write_harmony(plan).notes


def decided(
    state: GlobalState, style: Style
) -> tuple[GlobalState, Style, int, Callable[[], tuple[Groove, ...]]]:
    """What a plan is made from, by a style that has no name in the book."""
    grooves = choose_grooves(state, style, 1)
    state = state.with_(
        chords=compose_chords(state, style, 1), rhythm=compose_rhythm(state, style, grooves, 1)
    )
    return state, style, 1, lambda: grooves
