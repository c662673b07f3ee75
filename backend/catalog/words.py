"""Text as words to search by: lower-case, without accents, letters and digits only."""

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 64
_WORD = re.compile(r"[^\W_]+")
_COMPOUND = re.compile(r"[^\W_]+(?:[-'’./&][^\W_]+)+")  # noqa: RUF001
# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}  # noqa: RUF001
)


def of(text: str) -> list[str]:
    """The words in their order: `Crème 16"` is creme, 16."""
    return _words(_fold(text))


def with_compounds(text: str) -> Iterator[str]:
    """The words, and compounds also as one word, so that `tshirt` finds a T-shirt."""
    folded = _fold(text)
    yield from _words(folded)
    for compound in _COMPOUND.findall(folded):
        yield "".join(_WORD.findall(compound))[:LONGEST]


def _words(folded: str) -> list[str]:
    return [word[:LONGEST] for word in _WORD.findall(folded)]


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_PLAIN)
