"""Training the text encoder: a few steps gain, the bundle is as the engine of whole numbers reads it, runs
resume.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from stemwright.compose.styles import BOOK
from stemwright.errors import StemwrightError
from stemwright.models import load_bundle
from stemwright.text.encoder import TextEncoder
from stemwright.training.text.captions import FIELDS, caption, facts, plain_facts
from stemwright.training.text.recipe import train_text
from stemwright.training.text.texts import prepared, telling
from stemwright.training.text.trainer import Recipe
from stemwright.training.text.words import foreign_texts

RECIPE = Recipe(batch=64, captions=600, valid=100, warmup_steps=5)


def test_facts_are_there_for_every_style_and_captions_are_drawn_from_their_number() -> None:
    assert set(facts()) == set(BOOK)
    assert all(len(facts()[style][field]) >= 5 for style in BOOK for field in FIELDS)
    assert caption(1, 5) == caption(1, 5) != caption(1, 6)
    assert {each.style for each in plain_facts()} == set(range(len(BOOK)))


def test_a_short_training_gains_and_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    given = {"teacher": False, "preset": "tiny", "recipe": RECIPE, "report": said.append, "threads": 1}
    train_text(tmp_path / "a", steps=40, **given)  # type: ignore[arg-type]
    bundle = load_bundle(tmp_path / "a" / "bundle", kind="text")
    encoder = TextEncoder.load(bundle)
    known = [each for each in plain_facts() if len(each.text) > 8][:200]
    right = [BOOK[each.style] in encoder.ranking(each.text, BOOK)[:3] for each in known]
    assert np.mean(right) > 0.18  # 3 of 33 would be .09
    train_text(tmp_path / "a", steps=44, **given)  # type: ignore[arg-type]
    assert "going on from step 40" in said


def test_rare_buckets_are_telling() -> None:
    rarity = telling([prepared(["jazz drums", "jazz bass", "jazz", "rock"])])
    (jazz, *_), (rock, *_) = (prepared([word]).where for word in ("jazz", "rock"))
    assert 0 < rarity[jazz] < rarity[rock] <= 255 and (rarity == 0).sum() > 30_000


def test_sets_of_words(tmp_path: Path) -> None:
    (tmp_path / "wordnet_music.tsv").write_text("pos\twords\tgloss\nnoun\tsurdo\ta big drum; loud\n")
    assert foreign_texts(tmp_path)[0] == ["surdo", "surdo: a big drum"]
    (tmp_path / "song_describer_words.csv").write_text("stem,mapped\nsing,\"{'songs', 'song'}\"\n")
    texts, credits = foreign_texts(tmp_path)
    assert texts[2:] == ["song", "songs"] and len(credits) == 2
    (tmp_path / "wordnet_music.tsv").write_text("pos\tx\nnoun\ty\n")
    with pytest.raises(StemwrightError, match="cannot be read"):
        foreign_texts(tmp_path)
