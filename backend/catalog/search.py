"""From what somebody typed to what PostgreSQL looks for: each word whole, as a beginning, or with a typo."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.postgres.search import SearchQueryField
from django.db import connections
from django.db.models import BooleanField, F, FloatField, Func, QuerySet, Value
from django.db.models.functions import Cast

from backend.catalog import typos, words
from backend.catalog.models import Product

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


@dataclass(frozen=True)
class Wanted:
    """Two tsqueries: `meant` has the words as typed, `forgiven` also those that one typo may have spoilt."""

    meant: str
    forgiven: str


def understand(text: str) -> Wanted | None:
    """What to look for, in one query; None when the text has no word to look for."""
    typed = list(dict.fromkeys(words.of(text)))[:MOST_WORDS]
    if not typed:
        return None
    rows = _look_up(typed)
    rows = [row for row in rows if row[1]] or rows  # stop words count only where there is nothing else
    meant = [_meant(word, stems) for word, stems, _ in rows]
    forgiven = [
        [*group, *(_quoted(known) for known in near if typos.is_one_typo(typed=word, word=known))]
        for group, (word, _, near) in zip(meant, rows, strict=True)
    ]
    return Wanted(meant=_every(meant), forgiven=_every(forgiven))


def matching(rows: QuerySet[Product], wanted: Wanted) -> QuerySet[Product]:
    """The rows that have every word."""
    return rows.filter(_matches(wanted.forgiven))


def by_relevance(rows: QuerySet[Product], wanted: Wanted) -> QuerySet[Product]:
    """Found as typed before found by a forgiven typo, then by the weight of where the words stand."""
    ranked = rows.alias(
        is_meant=_matches(wanted.meant),
        relevance=Func(F("search"), _query(wanted.forgiven), function="ts_rank", output_field=FloatField()),
    )
    return ranked.order_by("-is_meant", "-relevance", "-created_at", "id")


def _look_up(typed: list[str]) -> list[tuple[str, list[str], list[str]]]:
    ends = [typos.intact_ends(word) for word in typed]
    starts = [f"{end[0]}%" if end else None for end in ends]
    endings = [f"%{end[1]}" if end else None for end in ends]
    with connections[settings.CATALOG_DATABASE].cursor() as cursor:
        cursor.execute(_LOOK_UP, [typed, starts, endings])
        return list(cursor.fetchall())


def _meant(word: str, stems: list[str]) -> list[str]:
    return [_quoted(word), f"{_quoted(word)}:*", *(_quoted(stem) for stem in stems if stem != word)]


def _quoted(word: str) -> str:
    return f"'{word}'"  # words.py leaves letters and digits only


def _every(groups: Iterable[Iterable[str]]) -> str:
    return " & ".join(f"({' | '.join(group)})" for group in groups)


def _query(text: str) -> Cast:
    return Cast(Value(text), SearchQueryField())


def _matches(text: str) -> Func:
    return Func(
        F("search"), _query(text), template="%(expressions)s", arg_joiner=" @@ ", output_field=BooleanField()
    )
