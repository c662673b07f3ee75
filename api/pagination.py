"""Lists in pages: `count`, `next`, `previous`, `results`."""

import json
from collections.abc import Callable, Iterable
from typing import Annotated, Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Schema
from pydantic import BaseModel

from backend.core.errors import Missing

LARGEST_PAGE_NUMBER = 1_000_000


class PageQuery(BaseModel):
    """Which page, of how many rows; more than 100 rows are refused."""  # a Ninja schema is read slower

    page: Annotated[int, Field(ge=1, le=LARGEST_PAGE_NUMBER)] = 1
    page_size: Annotated[int, Field(ge=1, le=100)] = 20


class Page[T](Schema):
    """One page of a list."""

    count: int
    next: Annotated[str | None, Field(examples=["https://shop.example/api/v1/products/?page=3"])]
    previous: Annotated[str | None, Field(examples=["https://shop.example/api/v1/products/?page=1"])]
    results: list[T]


def page_of(
    *, request: HttpRequest, rows: QuerySet[Any], query: PageQuery, shape: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """The page of the rows, each shaped. Raises Missing past the last page (the first is always there)."""
    start = (query.page - 1) * query.page_size
    count = rows.count()
    found = list(rows[start : start + query.page_size]) if start < count else []
    return envelope(request=request, query=query, count=count, results=[shape(row) for row in found])


def envelope(
    *, request: HttpRequest, query: PageQuery, count: int, results: list[dict[str, Any]]
) -> dict[str, Any]:
    """A page whose rows were found elsewhere, with its links. Raises Missing for a page past the last."""
    return {**_frame(request=request, query=query, count=count), "results": results}


def envelope_text(
    *, request: HttpRequest, query: PageQuery, count: int, results: Iterable[str], **more: str
) -> str:
    """The same as JSON text, of rows and values of further keys that are JSON already. Raises Missing."""
    frame = json.dumps(_frame(request=request, query=query, count=count))
    further = "".join(f', "{key}": {text}' for key, text in more.items())
    return f'{frame[:-1]}{further}, "results": [{",".join(results)}]}}'


def _frame(*, request: HttpRequest, query: PageQuery, count: int) -> dict[str, Any]:
    last = max(1, -(-count // query.page_size))
    if query.page > last:
        raise Missing("There is no such page")
    address = request.build_absolute_uri(request.path)
    asked = dict(request.GET.lists())
    return {
        "count": count,
        "next": _link(address, asked, query.page + 1) if query.page < last else None,
        "previous": _link(address, asked, query.page - 1) if query.page > 1 else None,
    }


def _link(address: str, asked: dict[str, list[str]], page: int) -> str:
    return f"{address}?{urlencode({**asked, 'page': [str(page)]}, doseq=True)}"
