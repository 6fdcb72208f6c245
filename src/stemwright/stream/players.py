"""Who makes a stream's tokens: all layers together, block after block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from stemwright.codec.tokens import Tokens
    from stemwright.stream.phrases import Cast, Phrase


class BlockPlayer(Protocol):
    """Makes tokens in blocks of any size, which change none of them. Frames count from the stream's
    beginning.
    """

    ahead: int
    """Frames after a block whose phrase must be known before it can be made."""

    def follow(self, phrase: Phrase) -> None:
        """What is played from `phrase.start` on, where the phrase before ends. Layers that it does not have
        end there.
        """

    def block(self, first: int, count: int) -> Mapping[str, Tokens]:
        """Tokens uint16 [K, count] of frames from `first` on, by layer, of all layers of the phrase that they
        lie in. Blocks follow each other without a gap, and each lies in one phrase.
        """


@dataclass(frozen=True, slots=True)
class Playing:
    """A way to play a stream. `cast`: who plays each layer, in which timbre and range; `begin`: the player of
    a stream with a seed, which may use a pool of threads; `warm`: what reads what it will need.
    """

    cast: Cast
    begin: Callable[[int, ThreadPoolExecutor], BlockPlayer]
    warm: tuple[Callable[[], object], ...] = ()
