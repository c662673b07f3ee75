"""The product list: what was asked for, found, and how it could be narrowed down, in one statement.

A search asks what its words are before that. A page far from the start asks how many there are before that,
to be read from whichever end is nearer.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections

from backend.catalog import facets, filters, forest, ladders, pages, representations, search
from backend.catalog.filters import ProductFilter
from backend.catalog.forest import Forest
from backend.catalog.search import Wanted

FAR = 500  # rows, from which on it pays to ask which end is nearer
_TRIES = 3  # while somebody else keeps changing the categories, or how many there are
_NO_WORD = Wanted(tiers=("'@'",))  # no word has this in it

type Row = dict[str, Any]


@dataclass(frozen=True)
class Listing:
    """How many products there are, the JSON of those on the page, and the facets if they were asked for."""

    count: int
    items: list[str]
    facets: dict[str, Any] | None


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
        rows = _read(question, known, start=start, size=size)
        if rows[0]["version"] in (None, known.version):
            break
        known = forest.read()
    return _listing(rows, question, known)


def _read(question: Question, known: Forest, *, start: int, size: int) -> list[Row]:
    """The statement's rows, one at least; from the far end if that is nearer, and is still where it was."""
    if start < FAR or question.is_ranked:
        return _ask(question, known, start=start, size=size)
    for _ in range(_TRIES):
        count = _ask(question, known, start=0, size=0)[0]["count"]
        if start < count / 2 or start >= count:
            break
        size = min(size, count - start)
        rows = _ask(question, known, start=count - start - size, size=size, is_backwards=True)
        if rows[0]["count"] == count:
            return rows
    return _ask(question, known, start=start, size=size)


def _ask(
    question: Question, known: Forest, *, start: int, size: int, is_backwards: bool = False
) -> list[Row]:
    asked, wanted = question.asked, question.wanted
    branch = known.tree.branch(asked.category) if asked.category is not None else None
    values = {**filters.values(asked, branch), "start": start, "size": size}
    if wanted is not None:
        values |= {"widest": wanted.widest, **pages.tier_values(wanted)}
    with connections[settings.CATALOG_DATABASE].cursor() as cursor:
        cursor.execute(_statement(question, is_backwards=is_backwards), values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _statement(question: Question, *, is_backwards: bool) -> str:
    asked, wanted = question.asked, question.wanted
    order = filters.order(asked.ordering)
    clauses = []
    if wanted is not None and question.is_ranked:
        clauses = pages.tiers(asked, wanted, order=order)
        chosen = pages.most_relevant(wanted, order=order)
    else:
        condition = pages.on_sale(asked, "widest" if wanted else None)
        chosen = pages.sorted_by(order.backwards if is_backwards else order.forwards, condition=condition)
    columns, counted = _columns(question)
    clauses = [*counted, *clauses]
    return f"""
        {"WITH" if clauses else ""} {",".join(clauses)}
        SELECT {", ".join(columns)}, page.*
          FROM (SELECT) AS one LEFT JOIN ({pages.rows(chosen)}) AS page ON TRUE
         ORDER BY tier, {order.forwards}"""


def _columns(question: Question) -> tuple[list[str], list[str]]:
    """What stands in every row: the version, the count, the facets; and the CTE that these need, if one."""
    asked, wanted, with_facets = question.asked, question.wanted, question.with_facets
    needs_tree = with_facets or asked.category is not None
    version = f"{forest.VERSION if needs_tree else 'NULL'} AS version"
    if wanted is None:
        more = [ladders.facets(asked, ends=facets.LAST_CENTS)] if with_facets else []
        return [version, f"{ladders.count(asked)} AS count", *more], []
    if not with_facets:
        count = f"(SELECT count(*) FROM shelf_place WHERE {pages.on_sale(asked, 'widest')}) AS count"
        return [version, count], []
    count = f"(SELECT count(*) FROM found WHERE {filters.everything(asked)}) AS count"
    return [version, count, facets.of_found(asked)], [facets.FOUND]


def _listing(rows: list[Row], question: Question, known: Forest) -> Listing:
    first = rows[0]
    columns = {name: first[name] for name in facets.COLUMNS} if question.with_facets else {}
    return Listing(
        count=first["count"],
        items=representations.finished(row for row in rows if row["product_id"] is not None),
        facets=facets.shaped(**columns, census=known.census) if question.with_facets else None,
    )
