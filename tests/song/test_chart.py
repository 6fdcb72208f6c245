"""Charts as people paste them: repeats, endings, labels, and what a chart says of its song."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.chart import read_chart


def bars(text: str) -> str:
    return " | ".join(" ".join(word.text for word in bar) for bar in read_chart(text).bars)


def form(text: str) -> str:
    return " ".join(map(str, read_chart(text).sections))


@pytest.mark.parametrize(
    ("text", "played"),
    [
        ("|: C | F :|", "C F C F"),
        ("|: C | F :| x3", "C F C F C F"),
        ("|:C|F:|x3", "C F C F C F"),
        ("|: C | F :|3x", "C F C F C F"),
        ("|: C | F :| (x3)", "C F C F C F"),
        ("|: C | F :| x1", "C F"),
        ("|: C | F | x3", "C F C F C F"),
        ("C | F :| G", "C F C F G"),
        ("||: C | F :||: G :||", "C F C F G G"),
        ("|: C :|: F :|", "C C F F"),
        ("|: C :| |: F :|", "C C F F"),
        ("| C | F |]", "C F"),
        ("| C || F ||", "C F"),
        ("|: C | F\n| G :|\nAm", "C F G C F G Am"),
        ("{ C | F }", "C F C F"),
        ("| : C | F : | G", "C F C F G"),
        ("|: A |1. B :|2. C |", "A B A C"),
        ("|: A |1 B :|2 C | D", "A B A C D"),
        ("|: A | B |[1. C :|[2. D || E", "A B C A B D E"),
        ("|: A |1st B :|2nd C |", "A B A C"),
        ("|: A |1st ending: B :|\n2nd ending: C", "A B A C"),
        ("|: A |1. B |2. C |", "A B A C"),
        ("|: A |1. B :| C", "A B A C"),
        ("|: A |1.2. B :|3. C |", "A B A B A C"),
        ("|: A |1-3. B :|4. C |", "A B A B A B A C"),
        ("|: A |1. B :|2. C :| D", "A B A C D"),
        ("|: A |1. B :|2. C || D | E :|", "A B A C D E D E"),
        ("A | x | B | %", "A A B B"),
        ("A | Kcl", "A A"),
        ("A | B | %%", "A B A B"),
        ("G |: % | C :|", "G G C G C"),  # what % means is settled where it is written
        ("A | B | x2", "A B A B"),
        ("A | | B", "A A B"),
        ("A |\n| B |\n\n", "A B"),
        ("A | <swing> B", "A B"),
    ],
)
def test_what_is_played(text: str, played: str) -> None:
    assert bars(text) == played.replace(" ", " | ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C // G", "C C C G"),
        ("C / / G", "C C C G"),
        ("C/// ", "C C C C"),
        ("C . . G", "C C C G"),
        ("C % G x", "C C G G"),
        ("C7/E W/G W", "C7/E C7/G C7/G"),
        ("C6/9 W/E", "C6/9 C6/9/E"),
    ],
)
def test_signs_for_the_chord_before(text: str, words: str) -> None:
    assert bars(text) == words


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(1, 4))
def test_repeats_are_as_many_bars_as_length_times_count(counts: list[int], length: int) -> None:
    inside = " | ".join("CDEF"[:length])
    text = " ".join(f"|: {inside} :| x{count}" for count in counts)
    assert bars(text) == " | ".join([inside] * sum(counts))
    assert (
        len(read_chart(" || ".join(f"{inside} | x{count}" for count in counts)).bars) == sum(counts) * length
    )


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5))
def test_endings_are_played_in_turn(body: int, ending: int, count: int) -> None:
    inside = " | ".join(["C"] * body)
    last = " ".join(f"|{number}. " + " | ".join(["F"] * ending) + " :" for number in range(1, count + 1))
    text = f"|: {inside} {last}|{count + 1}. G ||"
    assert bars(text) == " | ".join([*(["C"] * body + ["F"] * ending) * count, *["C"] * body, "G"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("|: C |: F :|", "bar 1, '|:' (character 6): a repeat within a repeat"),
        ("C |: G | F", "bar 3, '|:' (character 3): this repeat never ends"),
        (":| C", "bar 1, ':|' (character 1): there are no bars before it to repeat"),
        ("|1. C", "there are no bars before the first ending"),
        ("|: C |2. F :|", "bar 1, '2.' (character 7): ending 1 should stand here"),
        ("|: C |1. F :|3. G", "ending 2 should stand here"),
        ("|: C |1. F :|2. G | x2", "'x2' (character 21): stands after endings"),
        ("C | %%", "bar 2, '%%' (character 5): there are no two bars before it"),
        ("W/G", "bar 1, 'W/G' (character 1): there is no chord before it"),
        ("|: C :| x5000", "bar 2, 'x5000'"),
        ("irealb://Song=Composer==Swing=C==1r34LbKcu7", "paste the chart itself"),
        ("irealbook://Song", "paste the chart itself"),
    ],
)
def test_what_is_no_chart(text: str, words: str) -> None:
    from stemwright.song.progression import parse_progression
    from stemwright.song.state import GlobalState

    with pytest.raises(UsageError, match=r"^chords: ") as caught:
        parse_progression(text, GlobalState.create(form="verse:99"))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("C | F", ""),
        ("[Verse]\nC | F\n[Chorus]\nG", "Verse:2 Chorus:1"),
        ("[Verse 1] C | F\n[Chorus] G", "Verse-1:2 Chorus:1"),
        ("Verse: C | F\nChorus:\nG", "Verse:2 Chorus:1"),
        ("(Verse)\nC | F\n(Chorus)\nG", "Verse:2 Chorus:1"),
        ("Verse\nC | F\nPre-Chorus\nG", "Verse:2 Pre-Chorus:1"),
        ("[A] C | F | [B] G | Am", "A:2 B:2"),
        ("A: C | F\nB: G", "A:2 B:1"),
        ("*A C | F *B G |", "A:2 B:1"),
        ("[*A{T44C^7 |A-7 }|*BD-7 |G7 Z", "A:4 B:2"),
        ("G | D\n[Verse]\nC", "intro:2 Verse:1"),
        ("[Verse]\n|: C | F :|", "Verse:4"),
        ("|: [A] C | F | [B] G :|", "A:2 B:1 A:2 B:1"),
        ("[A] C :|\n[A] F", "A:2 A:1"),
        ("[Verse]\nC | F\n[Chorus x2]\nG", "Verse:2 Chorus:2"),
        ("[Verse]\nC | F\n[Chorus]\nG\n[Verse]\n[Chorus]", "Verse:2 Chorus:1 Verse:2 Chorus:1"),
        ("[Verse 1]\nC | F\n[Verse 2]\n[Chorus]\nG", "Verse-1:2 Verse-2:2 Chorus:1"),
        ("[Solo]\n[Chorus]\nG", "Chorus:1"),
    ],
)
def test_labels_are_the_form(text: str, sections: str) -> None:
    assert form(text) == sections


def test_a_section_without_bars_is_said() -> None:
    assert read_chart("[Solo]\n[Chorus]\nG").remarks == ("section Solo has no bars and is left out",)


SONG = """\
# from a song book
{title: Little Star}
{key: G}
{tempo: 90}
{time: 3/4}
{capo: 2}
{sov}
[G]Twinkle, [G]twinkle [C]little [G]star
{eov}
{start_of_chorus: Chorus}
[C]How I [G]wonder (x2)
{end_of_chorus}
{sot}
e|--0--3--|
{eot}
Up above the world so high
| D | G |
{chorus}
"""


def test_chordpro() -> None:
    chart = read_chart(SONG)
    assert bars(SONG) == " | ".join("GGCGCGCGDGCGCG")
    assert chart.facts == {"title": "Little Star", "key": "G", "bpm": "90", "meter": "3/4"}
    assert form(SONG) == "verse:4 Chorus:4 verse:2 chorus:4"
    assert chart.remarks == (
        "capo 2 passed over: chords are read as they are written",
        "chords among lyrics have a bar each where there are no bar lines",
    )


@pytest.mark.parametrize(
    ("text", "played"),
    [
        ("[C]Twin[F]kle | [G]star", "C F | G"),
        ("[C] [F] [G7]", "C | F | G7"),
        ("{t: x}\n[Am]\n[G]", "Am | G"),
        ("[Verse]\n[C]Twinkle [F]little\nno chords here", "C | F"),
        ("[am]Lied mit [H7]Moll", "am | H7"),
        ("[C]la la [Cmmaj]la", "C | Cmmaj"),  # refused later, not left out
        ("[*slowly] [C]la la", "C"),
        ("[C]la la\nIntro: G D\n[Solo] Am | F\nA\nC G", "C | G | D | Am | F | C | G"),
        ("[Chorus] [C]la la [F]la", "C | F"),
        ("[A] Am7 | D7 (swing)", "Am7 | D7 (swing)"),  # a label: nothing is taken for lyrics
    ],
)
def test_lyrics(text: str, played: str) -> None:
    assert bars(text) == played


def test_facts_of_other_charts() -> None:
    assert read_chart("Title: A song\nKey: Am\nTempo: 97.3\nComposer: me\nC | F").facts == {
        "title": "A song",
        "key": "Am",
        "bpm": "97.3",
    }
    assert read_chart("T34 C^7 | T34 F | T12 G").facts == {"meter": "3/4"}
    assert read_chart("T34 C | T12 G").remarks == ("meter 12/8 passed over: a song has one, 3/4",)
    assert read_chart("6/8 | C | F").facts == {"meter": "6/8"}


def test_foreign_signs_and_lines() -> None:
    assert bars("\ufeffC\u00a0|\u3000F\r\n\uff27 \uff5c %") == "C | F | G | G"


@given(st.text(st.sampled_from("CFmH7|:[]{}()1234.x%/ \n*TZWb#ae-<>") | st.characters(), max_size=60))
def test_any_text_is_a_chart_or_refused(text: str) -> None:
    try:
        chart = read_chart(text)
    except UsageError as error:
        assert str(error).startswith("chords: ") and "\n" not in str(error)
        return
    assert chart.bars and all(chart.bars)
    assert sum(section.bars for section in chart.sections) in (0, len(chart.bars))
