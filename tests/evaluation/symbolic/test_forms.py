"""Figures of forms, by hand."""

from __future__ import annotations

import pytest

from stemwright.evaluation.symbolic import forms, histograms
from stemwright.song.progression import parse_progression
from stemwright.song.state import GlobalState


def song(form: str, chords: str = "") -> GlobalState:
    state = GlobalState.create("120", "C", "4/4", form)
    return state.with_(chords=parse_progression(chords, state)) if chords else state


def test_a_song_by_hand() -> None:
    found = forms.evaluate(song("intro:2 verse:4 chorus:4 verse2:4 drop:2", "C | F | C | F | G | G | C"))
    assert found["sections"] == 5 and found["bars"] == pytest.approx(16 / 5)
    assert found["returning"] == pytest.approx(4 / 16) and found["chorus"] == pytest.approx(6 / 16)
    # the last chords of the sections: F, G, C, C, and F of the song
    assert (found["home"], found["half"], found["tonic"]) == (0.5, 0.25, 0.0)


def test_without_chords_nothing_is_said_of_cadences() -> None:
    state = song("verse:4 verse:4")
    found = forms.evaluate(state)
    assert (found["home"], found["half"], found["tonic"]) == (None, None, None)
    assert forms.counts(state)["cadence"].sum() == 0


def test_bins() -> None:
    counted = forms.counts(song("verse:8 verse:50 chorus:8", "C"))
    assert counted["sections"].nonzero()[0].tolist() == [3]
    assert counted["lengths"][8] == 2 and counted["lengths"][forms.LONGEST] == 1
    same = histograms.evaluate([counted], [counted])
    assert [same[name] for name in forms.NAMES] == [0.0, 0.0, 0.0]
