"""`/ws/stock/`: what can be bought, for anyone."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from backend.inventory import events, shapes
from backend.inventory import queries as inventory
from consumers import database
from consumers.codes import Code, Refused
from consumers.live import LiveSocket
from consumers.news import Seen
from consumers.request import Request
from consumers.topics import Watch

MOST_SKUS = 100
LONGEST_NAME = 255


class StockSocket(LiveSocket):
    """Up to 100 SKUs, named themselves (`?sku=`) or by their products (`?product=`)."""

    is_public = True

    async def watch(self, asked: Request, user: Any) -> Watch:
        skus, products = asked.listed("sku"), asked.listed("product")
        _check(skus)
        if products:
            skus = skus + await database.ask(partial(_skus_of, products))
        topics = [events.topic(sku) for sku in dict.fromkeys(skus)]
        if not topics:
            raise _bad("Name at least one SKU, with ?sku= or ?product=")
        if len(topics) > MOST_SKUS:
            raise _bad(f"{len(topics)} SKUs, at most {MOST_SKUS}")
        return Watch(topics, look, is_stream=False)

    def gone(self, topic: str) -> Refused:
        return _bad(f"No such SKU: {topic.removeprefix(events.topic(''))}")


def look(topics: Sequence[str]) -> dict[str, Seen]:
    """Their rows, each with its own version."""
    rows = inventory.of_skus([topic.removeprefix(events.topic("")) for topic in topics])
    return {
        events.topic(row.sku): Seen(events.topic(row.sku), row.version, shapes.stock_json(row))
        for row in rows
    }


def _skus_of(slugs: list[str]) -> list[str]:
    _check(slugs)
    skus = []
    for slug in slugs:
        rows = inventory.of_product(slug)
        if not rows:
            raise _bad(f"No such product: {slug}")
        skus += [row.sku for row in rows]
    return skus


def _check(names: list[str]) -> None:
    """PostgreSQL takes no NUL, and nothing is that long."""
    if len(names) > MOST_SKUS:
        raise _bad(f"{len(names)} names, at most {MOST_SKUS}")
    for name in names:
        if "\0" in name or len(name) > LONGEST_NAME:
            raise _bad(f"No such SKU or product: {name[:LONGEST_NAME]}")


def _bad(error: str) -> Refused:
    return Refused(Code.BAD_REQUEST, name="validation_error", error=error)
