"""Which language a text is in, as far as its syllables and stress need to know: by its little words."""

from __future__ import annotations

from collections.abc import Sequence

LITTLE = {
    "en": (
        "a an the and or but nor so if as at by for from in into of off on onto out over to up with "
        "than that this these those i i'm i'll i've you your he she it its it's we they me him her us "
        "them my our their is am are was were be been has have had do does did will would can could "
        "shall should may might must who when where what there here not no n't just some any"
    ),
    "de": (
        "der die das dem den des ein eine einer einem einen und oder aber denn ich du er sie es wir "
        "ihr mich dich mir dir uns euch mein dein sein ist bin bist sind war wir zu in im am an auf "
        "aus bei mit nach von vom vor für wenn wie wo was wer nicht kein auch noch nur so doch"
    ),
    "fr": (
        "le la les un une des du de et ou mais je tu il elle on nous vous ils me te se mon ton son ma "
        "ta sa mes est es suis sont était à au aux en dans sur pour par avec sans que qui quand où ne "
        "pas plus ce cette"
    ),
    "es": (
        "el la los las un una unos de del y o pero yo tú él ella me te se nos mi tu su mis es soy "
        "eres son era a al en por para con sin que quien cuando donde no más muy como si ya lo le"
    ),
    "it": (
        "il lo la i gli le un una uno di del della e o ma io tu lui lei mi ti si ci vi mio tuo suo è "
        "sono sei era a al alla in nel per con senza che chi quando dove non più come se"
    ),
    "pt": (
        "o a os as um uma de do da dos das e ou mas eu tu ele ela me te se nos meu teu seu é sou são "
        "era em no na por para com sem que quem quando onde não mais como já"
    ),
}
"""Little words of languages, which are rarely stressed."""
KNOWN = tuple(LITTLE)
"""Languages by their two letters."""
_SETS = {language: frozenset(words.split()) for language, words in LITTLE.items()}


def is_little(word: str, language: str) -> bool:
    """Whether a word (small letters) is one that is rarely stressed."""
    return word in _SETS.get(language, frozenset())


def language_of(words: Sequence[str]) -> str:
    """The language of words (small letters) by two letters; "" where they are of none of those known here."""
    counts = {language: sum(word in little for word in words) for language, little in _SETS.items()}
    best = max(counts, key=lambda language: counts[language])
    if not counts[best]:  # too short to tell: most lyrics are English, and its dictionary knows many names
        return "en" if words and all(word.isascii() for word in words) else ""
    return best if 12 * counts[best] >= len(words) else ""
