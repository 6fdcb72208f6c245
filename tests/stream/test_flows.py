"""A stream by the flow: blocks of its own, whatever is asked for; over phrases, and with other layers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")

from stemwright.producer.flowing import flow_player
from stemwright.producer.wish import Wish
from stemwright.stream.flows import FLOWS, Flows
from stemwright.stream.phrases import Phrase, Piece
from stemwright.stream.play import play
from support.flows import write_flow
from support.tones import write_tones

QUICK = {"bpm": "240", "form": "verse:1 chorus:2", "seed": 5}


@pytest.fixture(autouse=True)
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_flow(tmp_path / "weights", write_tones(tmp_path / "weights"))
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))


def phrases() -> list[Phrase]:
    wishes = [Wish(**QUICK), Wish(**{**QUICK, "layers": "bass,lead"})]  # type: ignore[arg-type]
    whole, less = (Piece(wish, Path("stream"), flow_player) for wish in wishes)
    made = [whole.phrase(0, 0, 0)]
    made.append(whole.phrase(1, 1, made[-1].stop))
    made.append(less.phrase(0, 2, made[-1].stop))
    return made


def streamed(count: int, pool: ThreadPoolExecutor) -> list[dict[str, np.ndarray]]:
    """The tokens of two phrases of four layers and of one of two, asked for in so many frames."""
    player, out, told = Flows(3, pool), [], phrases()
    for phrase in told:
        player.follow(phrase)
    for phrase in told[:2]:
        parts: dict[str, list[np.ndarray]] = {}
        for first in range(phrase.start, phrase.stop, count):
            size = min(count, phrase.stop - first)
            for layer, codes in player.block(first, size).items():
                assert codes.shape == (3, size) and codes.dtype == np.uint16
                parts.setdefault(layer, []).append(codes)
        out.append({layer: np.concatenate(found, axis=1) for layer, found in parts.items()})
    out.append(dict(player.block(told[2].start, 20)))
    return out


def test_what_is_asked_for_changes_no_token(pool: ThreadPoolExecutor) -> None:
    some, others = streamed(36, pool), streamed(17, pool)
    for mine, theirs, layers in zip(some, others, [4, 4, 2], strict=True):
        assert mine.keys() == theirs.keys() and len(mine) == layers
        assert all(np.array_equal(mine[layer], theirs[layer]) for layer in mine)


def test_a_phrase_that_is_not_known_cannot_be_played(pool: ThreadPoolExecutor) -> None:
    player, (first, *_) = Flows(3, pool), phrases()
    player.follow(first)
    with pytest.raises(ValueError, match="are known"):
        player.block(0, first.stop)


def test_it_is_heard(tmp_path: Path) -> None:
    wish = Wish(prompt="funk with slap bass", **QUICK)  # type: ignore[arg-type]
    made = [play(wish, out=str(tmp_path / f"{n}.wav"), seconds=2.5, playing=FLOWS) for n in range(2)]
    assert made[0]["tokens_sha256"] == made[1]["tokens_sha256"] and made[0]["seconds"] == 2.5
