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
    """A word, its stems, the first known words that begin with it, and those that it is with one typo."""

    word: str
    stems: list[str] | None
    longer: list[str]
    near: list[str]

    @property
    def same(self) -> set[str]:
        """What counts as the word itself."""
        return {self.word, *(self.stems or []), *self.near}


@dataclass(frozen=True)
class Wanted:
    """Tsqueries, the most relevant first. Whoever is found by one is found by the last."""

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
    """As typed, then the same with typos; twice the same query where none is forgiven."""
    yield from _places([row._replace(near=[]) for row in rows])
    yield from _places(rows)


def _places(rows: list[Typed]) -> Iterator[str]:
    """All in the name; begun there; in what names its kind too; one there and all anywhere; all anywhere."""
    anywhere = _every(_begun(row, "") for row in rows)
    yield _every(_whole(row, NAME) for row in rows)
    yield _every(_begun(row, NAME) for row in rows)
    yield _every(_begun(row, KIND) for row in rows)
    if len(rows) > 1:
        yield f"{anywhere} & {_every([itertools.chain.from_iterable(_begun(row, KIND) for row in rows)])}"
    yield anywhere


def _look_up(typed: list[str]) -> list[Typed]:
    parts = {f"{start}%{end}" for word in typed for start, end in typos.intact_parts(word)}
    with connections[settings.CATALOG_DATABASE].cursor() as cursor:
        cursor.execute(_LOOK_UP, [sys.maxunicode, MOST_ENDINGS + 1, sorted(parts), typed])
        return [Typed(word, stems, longer, _meant(word, near)) for word, stems, longer, near in cursor]


def _meant(word: str, near: list[str]) -> list[str]:
    """Those that it really is with one typo, but what begins with it, which is found as typed."""
    return [
        known
        for known in near
        if known.isalpha() and not known.startswith(word) and typos.is_one_typo(typed=word, word=known)
    ]


def _whole(row: Typed, tag: str) -> list[str]:
    return _lexemes(row.same, tag)


def _begun(row: Typed, tag: str) -> list[str]:
    if _are_all_known(row):
        return _lexemes({*row.same, *row.longer}, tag)
    others = {one for one in row.same if not one.startswith(row.word)}
    return [f"'{tag}{row.word}':*", *_lexemes(others, tag)]


def _are_all_known(row: Typed) -> bool:
    """Whether `longer` has all that begin with the word (search_text.py remembers which)."""
    is_remembered = search_text.remembered(row.word) == row.word
    return is_remembered and len(row.longer) <= MOST_ENDINGS and not any(map(search_text.goes_on, row.longer))


def _lexemes(found: set[str], tag: str) -> list[str]:
    return [f"'{tag}{one}'" for one in sorted(found)]


def _every(groups: Iterable[Iterable[str]]) -> str:
    return " & ".join(f"({' | '.join(group)})" for group in groups)
