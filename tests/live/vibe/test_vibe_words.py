"""Words to moves: intensities, spans, negation, what follows, slips, nonsense; and where values stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.live.companion.locking import Steady
from stemwright.live.companion.settings import VoiceSettings
from stemwright.live.vibe.effects import voice_parameters
from stemwright.live.vibe.mood import Mood, described
from stemwright.live.vibe.parameters import PARAMETERS, defaults
from stemwright.live.vibe.reading import read
from stemwright.live.vibe.request import Change, Request, Span, from_json, to_json
from stemwright.live.vibe.suggesting import Taste
from stemwright.live.vibe.vocabulary import vocabulary

RATE = 48_000


def changes(text: str) -> dict[str, tuple[str, float]]:
    """Of the first stage."""
    return {each.parameter: (each.kind, round(each.amount, 6)) for each in read(text).stages[0].changes}


@pytest.mark.parametrize(
    ("text", "name", "kind", "amount"),
    [
        ("darker", "brightness", "by", -0.2),
        ("dark", "brightness", "by", -0.2),
        ("a bit darker", "brightness", "by", -0.1),
        ("much darker, please", "brightness", "by", -0.4),
        ("less dark", "brightness", "by", 0.2),
        ("a bit less dark", "brightness", "by", 0.1),
        ("it's too dark", "brightness", "by", 0.2),
        ("not too loud", "level", "by", -1.5),
        ("not dark", "brightness", "by", 0.2),
        ("don't get louder", "level", "hold", 0),
        ("not more tension", "tension", "hold", 0),
        ("keep the swing", "swing", "hold", 0),
        ("more tension", "tension", "by", 0.2),
        ("way less tension", "tension", "by", -0.4),
        ("tension", "tension", "by", 0.2),
        ("no swing", "swing", "to", 0.5),
        ("maximum energy", "energy", "to", 1.0),
        ("without tension", "tension", "to", 0.0),
        ("no space", "density", "to", 1.0),
        ("fewer notes", "density", "by", -0.2),
        ("back to normal", "brightness", "to", 0.5),
        ("the drums are not as loud as before", "level", "by", -3.0),
        ("brigther", "brightness", "by", 0.2),
        ("faster", "tempo", "by", 4.0),
        ("extremely extremely fast", "tempo", "by", 12.0),
    ],
)
def test_what_words_move(text: str, name: str, kind: str, amount: float) -> None:
    assert changes(text)[name] == (kind, amount)


@pytest.mark.parametrize(
    ("text", "over", "lasts"),
    [
        ("darker, more tension for two minutes", None, Span(120, "seconds")),
        ("darker for 90 s", None, Span(90, "seconds")),
        ("darker for half a minute", None, Span(30, "seconds")),
        ("darker for a couple of bars", None, Span(2, "bars")),
        ("darker for the next 1.5 bars", None, Span(1.5, "bars")),
        ("darker over 8 bars", Span(8, "bars"), None),
        ("slowly darker", Span(16, "bars"), None),
        ("darker in 4 beats for a phrase", Span(4, "beats"), Span(1, "phrases")),
        ("suddenly darker", Span(0, "bars"), None),
        ("darker for 99999 minutes", None, Span(3600, "seconds")),
        ("darker for ever", None, None),
    ],
)
def test_spans(text: str, over: Span | None, lasts: Span | None) -> None:
    stage = read(text).stages[0]
    assert (stage.over, stage.lasts) == (over, lasts)


def test_what_comes_then() -> None:
    request = read("Darker, more tension for two minutes, then a bit brighter over 8 bars!")
    assert len(request.stages) == 2 and request.unknown == ()
    first, second = request.stages
    assert {each.parameter for each in first.changes} == {"brightness", "tension", "register"}
    assert second.over == Span(8, "bars") and second.changes[0] == Change("brightness", "by", 0.1)


def test_what_is_not_understood_is_told() -> None:
    assert read("more cowbell").unknown == ("cowbell",) and read("more cowbell").stages == ()
    assert read("") == Request(())
    assert read("for for for 5 not more").stages == ()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*vocabulary().known(), ",", "7", "for", "1e9", "ß", "'"]), max_size=30))
def test_anything_can_be_said(words: list[str]) -> None:
    request = read(" ".join(words))
    mood = Mood(Steady(120), RATE)
    mood.apply(1000, request)
    for sample in (0, 1000, 50_000, 10**9):
        for name, value in mood.values(sample).items():
            assert PARAMETERS[name].low <= value <= PARAMETERS[name].high
    assert from_json(to_json(request)) == Request(request.stages)


def test_every_word_of_the_table_moves_known_parameters() -> None:
    for word in vocabulary().words.values():
        assert word.moves and set(word.moves) <= set(PARAMETERS)


def test_values_glide_last_and_go_back() -> None:
    mood = Mood(Steady(120), RATE)
    mood.apply(RATE, read("darker over 2 bars for 10 seconds"))
    assert mood.value("brightness", 0) == mood.value("brightness", RATE) == 0.5
    assert mood.value("brightness", 3 * RATE) == pytest.approx(0.4)
    assert mood.value("brightness", 5 * RATE) == pytest.approx(0.3)
    assert mood.value("brightness", 15 * RATE) == pytest.approx(0.3)
    assert mood.value("brightness", 17 * RATE) == pytest.approx(0.4)
    assert mood.value("brightness", 19 * RATE) == pytest.approx(0.5)
    assert mood.moving(10 * RATE) and not mood.moving(19 * RATE)


def test_a_newer_wish_replaces_what_was_to_come() -> None:
    mood = Mood(Steady(120), RATE)
    mood.apply(0, read("much darker for 60 seconds"))
    mood.apply(10 * RATE, read("not darker"))
    assert mood.value("brightness", 200 * RATE) == pytest.approx(0.1)
    mood.apply(210 * RATE, read("reset"))
    assert mood.values(220 * RATE) == defaults() and described(mood.values(220 * RATE)) == "as it is"


def test_stages_follow_each_other() -> None:
    mood = Mood(Steady(120), RATE)
    mood.apply(0, read("louder for 10 seconds, then quieter"))
    assert mood.value("level", 5 * RATE) == 3 and mood.value("level", 30 * RATE) == 0
    assert described(mood.values(5 * RATE)) == "louder"


def test_how_often_values_are_read_changes_nothing() -> None:
    once, often = Mood(Steady(120), RATE), Mood(Steady(120), RATE)
    for sample, text in ((100, "darker over 8 bars"), (90_000, "more energy for a bar"), (95_000, "busier")):
        for at in range(sample - 90, sample, 7):
            often.values(at)
        once.apply(sample, read(text))
        often.apply(sample, read(text))
    assert once.values(400_000) == often.values(400_000)


def test_a_mood_at_rest_is_a_voice_as_it_is() -> None:
    at_rest = voice_parameters(defaults())
    assert {name: getattr(VoiceSettings(), name) for name in at_rest} == at_rest


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "should be an object"),
        ({"stages": 5}, "a list of at most 16"),
        ({"changes": [{"parameter": "loudness", "by": 1}]}, "'loudness' is not known"),
        ({"changes": [{"parameter": "energy", "by": 7}]}, "by 7 is outside -1 to 1"),
        ({"changes": [{"parameter": "energy", "to": -0.1}]}, "to -0.1 is outside 0 to 1"),
        ({"changes": [{"parameter": "energy", "to": float("nan")}]}, "is not a number"),
        ({"changes": [{"parameter": "energy", "to": 10**400}]}, "is not a number"),
        ({"changes": [{"parameter": "energy", "by": "x"}]}, "is not a number"),
        ({"changes": [{"parameter": "energy"}]}, "one of by, to and hold"),
        ({"changes": [{"parameter": "energy", "by": 0.1}], "over": {"weeks": 1}}, "'weeks' is not a unit"),
        ({"changes": [{"parameter": "energy", "by": 0.1}], "lasts": {"bars": -1}}, "are not 0 to 1024"),
        ({"changes": [{"parameter": "energy", "by": 0.1}] * 40}, "at most 32"),
    ],
)
def test_ranges_are_checked(data: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        from_json(data)


def test_suggestions_come_from_what_was_kept_and_skipped() -> None:
    taste, rest = Taste(), defaults()
    assert taste.suggestions(rest) == []
    for value in (0.8, 0.9, 0.85):
        taste.note(True, {**rest, "density": value})
        taste.note(False, {**rest, "density": value - 0.6})
    (found,) = taste.suggestions(rest)
    assert found.text == "busier? kept takes have density 0.85, skipped ones 0.25"
    (change,) = found.request.stages[0].changes
    assert (change.parameter, change.kind, round(change.amount, 6)) == ("density", "by", 0.35)
    assert taste.suggestions({**rest, "density": 0.85}) == []
    taste.note(True, {"density": float("nan"), "what": 3.0})
    assert taste.suggestions(rest) == [found]
