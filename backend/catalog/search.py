"""From what somebody typed to what PostgreSQL looks for: each word whole, as a beginning, or with a typo.

Relevance is where the words were found, narrowest first; products alike in that come newest first. The index
alone tells it, so that nobody reads ten thousand products to show the best twenty.
"""

import itertools
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.db import connections

from backend.catalog import search_text, typos, words
from backend.catalog.search_text import KIND, NAME

MOST_WORDS = 16
MOST_ENDINGS = 8  # of a beginning that are looked for one by one, which is quicker than for all that begin so

# A word's stem (none: a stop word), known words that begin with it, and those with what one typo leaves of
# any of them: the trigram index finds these, and typos.py says which it really is.
_LOOK_UP = """
SELECT typed.word, ts_lexize('english_stem', typed.word),
       ARRAY(SELECT known.word FROM catalog_searchword AS known
              WHERE known.word ~>=~ typed.word AND known.word ~<~ (typed.word || chr(%s)) LIMIT %s),
       ARRAY(SELECT known.word FROM unnest(%s::text[]) AS part
               JOIN catalog_searchword AS known ON known.word LIKE part)
  FROM unnest(%s::text[]) AS typed(word)
"""


class Typed(NamedTuple):
    """A word, its stems, the first known words that begin with it, and known words that may look alike."""

    word: str
    stems: list[str] | None
    longer: list[str]
    near: list[str]


@dataclass(frozen=True)
class Wanted:
    """Tsqueries, the narrowest first. Whoever is found by one is found by all after it."""

    tiers: tuple[str, ...]

    @property
    def widest(self) -> str:
        """What finds all of them."""
        return self.tiers[-1]


def understand(text: str) -> Wanted | None:
    """What to look for, in one query; None when the text has no word to look for."""
    typed = list(dict.fromkeys(words.of(text)))[:MOST_WORDS]
    if not typed:
        return None
    rows = _look_up(typed)
    rows = [row for row in rows if row.stems] or rows  # stop words count only where there is nothing else
    return Wanted(tiers=tuple(dict.fromkeys(_tiers(rows))))


def _tiers(rows: list[Typed]) -> Iterator[str]:
    """All in the name; begun there; in what names its kind too; one there and all anywhere; with typos."""
    anywhere = _every(_begun(row, "") for row in rows)
    yield _every(_whole(row, NAME) for row in rows)
    yield _every(_begun(row, NAME) for row in rows)
    yield _every(_begun(row, KIND) for row in rows)
    if len(rows) > 1:
        yield f"{anywhere} & {_every([itertools.chain.from_iterable(_begun(row, KIND) for row in rows)])}"
    yield anywhere
    yield _every([*_begun(row, ""), *_forgiven(row)] for row in rows)


def _look_up(typed: list[str]) -> list[Typed]:
    parts = {f"{start}%{end}" for word in typed for start, end in typos.intact_parts(word)}
    with connections[settings.CATALOG_DATABASE].cursor() as cursor:
        cursor.execute(_LOOK_UP, [sys.maxunicode, MOST_ENDINGS + 1, sorted(parts), typed])
        return [Typed(*row) for row in cursor.fetchall()]


def _whole(row: Typed, tag: str) -> list[str]:
    return _lexemes({row.word, *(row.stems or [])}, tag)


def _begun(row: Typed, tag: str) -> list[str]:
    if _are_all_known(row):
        return _lexemes({row.word, *(row.stems or []), *row.longer}, tag)
    stems = {stem for stem in row.stems or [] if not stem.startswith(row.word)}
    return [f"'{tag}{row.word}':*", *_lexemes(stems, tag)]


def _are_all_known(row: Typed) -> bool:
    """Whether `longer` has all that begin with the word (search_text.py remembers which)."""
    is_remembered = search_text.remembered(row.word) == row.word
    return is_remembered and len(row.longer) <= MOST_ENDINGS and not any(map(search_text.goes_on, row.longer))


def _forgiven(row: Typed) -> list[str]:
    meant = {known for known in row.near if known.isalpha() and typos.is_one_typo(typed=row.word, word=known)}
    return _lexemes(meant, "")


def _lexemes(found: set[str], tag: str) -> list[str]:
    return [f"'{tag}{one}'" for one in sorted(found)]


def _every(groups: Iterable[Iterable[str]]) -> str:
    return " & ".join(f"({' | '.join(group)})" for group in groups)
