"""The product list: what was asked for, found, and how it could be narrowed down, in one statement.

A search asks before that what its words are.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections

from backend.catalog import blocks, facets, filters, forest, ladders, pages, ranking, representations, search
from backend.catalog.filters import ProductFilter
from backend.catalog.forest import Forest
from backend.catalog.search import Wanted

FAR = 500  # rows from the start it pays to look which end is nearer
_TRIES = 3  # while somebody else keeps changing the categories
_NO_WORD = Wanted(tiers=("'@'",))  # no word has this in it
_TOTAL = "(SELECT number FROM total)"


@dataclass(frozen=True)
class Listing:
    """How many products there are, and as JSON those on the page and the facets, if they were asked for."""

    count: int
    items: list[str]
    facets: str | None


@dataclass(frozen=True)
class Question:
    """What is asked, understood."""

    asked: ProductFilter
    wanted: Wanted | None
    with_facets: bool

    @property
    def is_ranked(self) -> bool:
        """Whether the most relevant come first."""
        return self.wanted is not None and self.asked.ordering is None


def find(*, asked: ProductFilter, start: int, size: int, with_facets: bool) -> Listing:
    """The products from `start` on. A search without a word in it (`!?`) finds nothing, a blank one all."""
    wanted = search.understand(asked.search)
    if wanted is None and asked.search.strip():
        wanted = _NO_WORD
    question = Question(asked, wanted, with_facets)
    known = forest.kept()
    for _ in range(_TRIES):
        rows = _ask(question, known, start=start, size=size)
        if rows[0][0] in (None, known.version):
            break
        known = forest.read()
    return _listing(rows, question, known)


def _ask(question: Question, known: Forest, *, start: int, size: int) -> list[tuple[Any, ...]]:
    asked, wanted = question.asked, question.wanted
    branch = None if asked.category is None else known.branches.get(asked.category, forest.NOTHING)
    values = {**filters.values(asked, branch), "start": start, "size": size}
    if wanted is not None:
        values |= {"widest": wanted.widest}
        values |= {"tiers": list(wanted.tiers if question.is_ranked else [wanted.widest])}
    with connections[settings.CATALOG_DATABASE].cursor() as cursor:
        cursor.execute(_statement(question, is_far=start >= FAR), values)
        return list(cursor.fetchall())


def _statement(question: Question, *, is_far: bool) -> str:
    """One row for the page's every product, one at least; the first tells of all, in its first columns."""
    clause, chosen = _chosen(question, is_far=is_far)
    first = [
        f"CASE WHEN page.number > 1 THEN NULL ELSE {value} END" for value in _first(question, is_far=is_far)
    ]
    return f"""{clause}
        SELECT {", ".join(first)}, page.*
          FROM (SELECT) AS one LEFT JOIN {pages.rows(chosen)} AS page ON TRUE
         ORDER BY page.number"""


def _chosen(question: Question, *, is_far: bool) -> tuple[str, str]:
    """The ids of the page's products, and the CTEs that they are chosen from."""
    asked, order = question.asked, filters.order(question.asked.ordering)
    if question.wanted is not None:
        columns = facets.tallied(asked) if question.with_facets else {}
        found = ranking.found(asked, order=order, columns=columns, is_far=is_far)
        return found, ranking.CHOSEN
    if is_far:
        total = f"WITH total AS MATERIALIZED (SELECT {_count(asked)} AS number)"
        return total, blocks.page(asked, order=order)
    return "", pages.on_shelf(asked, order=order)


def _first(question: Question, *, is_far: bool) -> list[str]:
    """What the first row tells of all: the version of the tree if it is needed, the count, the facets."""
    asked, with_facets = question.asked, question.with_facets
    version = forest.VERSION if with_facets or asked.category is not None else "NULL"
    count = _count(asked) if question.wanted is None and not is_far else _TOTAL
    if not with_facets:
        return [version, count]
    searched = question.wanted is not None
    counted = facets.of_tally(asked) if searched else ladders.facets(asked, ends=facets.LAST_CENTS)
    return [version, count, *(counted[name] for name in facets.COLUMNS)]


def _count(asked: ProductFilter) -> str:
    return blocks.count(asked) if blocks.can_count(asked) else ladders.count(asked)


def _listing(rows: list[tuple[Any, ...]], question: Question, known: Forest) -> Listing:
    _, count, *rest = rows[0]
    columns = dict(zip(facets.COLUMNS, rest, strict=False)) if question.with_facets else {}
    return Listing(
        count=count,
        items=representations.finished(pages.shown(rows)),
        facets=facets.shaped(**columns, census=known.census) if question.with_facets else None,
    )
