"""What the style vector says of a prompt that grammar leaves open."""

from __future__ import annotations

from dataclasses import replace

from stemwright.text.encoder import TextEncoder
from stemwright.text.read import with_unread
from stemwright.text.understood import Understood

DOUBTED = 5
"""Of so many styles that a prompt is likest to one counts that is named by a doubtful word."""


def styled(understood: Understood, encoder: TextEncoder, known: tuple[str, ...]) -> Understood:
    """The same with a ranking of styles: those named come first, by a word that may mean something else only
    where the encoder has it among its first ones. Where none is named, and words are left that the encoder
    knows, the likest is taken.
    """
    told = with_unread(understood, encoder.known(understood.prompt))
    likest = encoder.ranking(understood.prompt, known)
    near = likest[:DOUBTED] if told.weak else known
    named = tuple(style for style in told.ranking if style in near)
    ranking = tuple(dict.fromkeys((*named, *likest)))
    if told.style and not told.weak:
        return replace(told, ranking=ranking)
    if not told.weak and not (told.words or told.instruments or told.moods):
        return replace(told, ranking=ranking)
    return replace(told, style=ranking[0], likest=ranking[0] != told.style, ranking=ranking)
