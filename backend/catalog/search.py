"""From what somebody typed to what PostgreSQL looks for: each word whole, as a beginning, or with a typo.

Relevance is where the words were found, narrowest first; products alike in that come newest first. The index
alone tells it, so that nobody reads ten thousand products to show the best twenty.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connections

from backend.catalog import typos, words
from backend.catalog.search_text import KIND, NAME

MOST_WORDS = 16

# A word's stem (none: a stop word), and the known words that have one of its ends intact: the trigram index
# finds those, and typos.py says which of them it really is.
_LOOK_UP = """
SELECT typed.word, ts_lexize('english_stem', typed.word),
       ARRAY(SELECT known.word FROM catalog_searchword known
              WHERE (known.word LIKE typed.start OR known.word LIKE typed.end)
                AND length(known.word) BETWEEN length(typed.word) - 1 AND length(typed.word) + 1)
  FROM unnest(%s::text[], %s::text[], %s::text[]) AS typed(word, start, "end")
"""

type Typed = tuple[str, list[str], list[str]]  # a word, its stems, and known words that look alike


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
    rows = [row for row in rows if row[1]] or rows  # stop words count only where there is nothing else
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
    ends = [typos.intact_ends(word) for word in typed]
    starts = [f"{end[0]}%" if end else None for end in ends]
    endings = [f"%{end[1]}" if end else None for end in ends]
    with connections[settings.CATALOG_DATABASE].cursor() as cursor:
        cursor.execute(_LOOK_UP, [typed, starts, endings])
        return list(cursor.fetchall())


def _whole(row: Typed, tag: str) -> list[str]:
    word, stems, _ = row
    return [f"'{tag}{one}'" for one in dict.fromkeys([word, *(stems or [])])]


def _begun(row: Typed, tag: str) -> list[str]:
    word, stems, _ = row
    return [f"'{tag}{word}':*", *(f"'{tag}{stem}'" for stem in stems or [] if not stem.startswith(word))]


def _forgiven(row: Typed) -> list[str]:
    word, _, near = row
    return [f"'{known}'" for known in near if typos.is_one_typo(typed=word, word=known)]


def _every(groups: Iterable[Iterable[str]]) -> str:
    return " & ".join(f"({' | '.join(group)})" for group in groups)
