"""The SQL of one real request, recorded and made a pgbench script: the yardstick of the rows that write.

Every statement that the request sent is replayed, one round trip each, about the next buyer of the queue.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.devstack.bench import numbering
from backend.devstack.bench.buyers import Queue

_UUID = re.compile(r"([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3})([0-9a-f]{12})")
_ORDER_NUMBER = re.compile(r"(ORD-\d{8}-)[A-Z2-9]{6}")


@dataclass(frozen=True)
class Script:
    """For pgbench with 8 clients and `-D turn=-1`; each client takes every eighth buyer."""

    text: str
    statements: int


def record(*, queue: Queue, products: int, path: str, body: Mapping[str, Any], token: str) -> Script:
    """Let the first of the queue ask for real, and write down what that cost. Raises RuntimeError."""
    client = Client(headers={"authorization": f"Bearer {token}"}, SERVER_NAME="127.0.0.1")
    with CaptureQueriesContext(connection) as recorded:
        answer = client.post(path, json.dumps(body), content_type="application/json")
    if answer.status_code != 201:
        raise RuntimeError(f"POST {path} answered {answer.status_code}: {answer.content.decode()}")
    statements = [query["sql"].strip().rstrip(";") for query in recorded.captured_queries]
    sku, product = numbering.bought(place=0, products=products, is_hot=queue.is_hot)
    lines = [_generalized(statement, queue.first, sku, product) + ";" for statement in statements]
    return Script("\n".join([*_choice(queue, products), *lines, ""]), len(statements))


def _choice(queue: Queue, products: int) -> list[str]:
    """The same buyer with the same goods as numbering.bought says."""
    place = 0 if queue.is_hot else numbering.STRIDE
    return [
        "\\set turn :turn + 1",
        "\\set place 1 + :client_id + 8 * :turn",
        f"\\set number {queue.first} + :place",
        f"\\set index :place * {place} % {numbering.products_on_sale(products) * numbering.VARIANTS}",
        f"\\set sku {numbering.FIRST_SKU} + :index",
        f"\\set product {numbering.FIRST_PRODUCT} + :index / {numbering.VARIANTS}",
    ]


def _generalized(statement: str, user: int, sku: int, product: int) -> str:
    """Numbers become variables, and whatever id the request made up becomes one of the buyer's own."""
    known = {str(user): ":number", str(sku): ":sku", str(product): ":product"}
    statement = _UUID.sub(lambda found: found[1] + known.get(found[2], ":number"), statement)
    statement = _ORDER_NUMBER.sub(r"\1:number", statement)
    for digits, variable in known.items():
        statement = statement.replace(digits, variable)
    return statement
