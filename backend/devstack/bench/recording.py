"""The SQL of real requests, recorded: the yardstick of the rows, replayed by pgbench (sql.py).

Every round trip of the request is replayed, with all the statements that travelled together, but planned each
time: EXECUTE has no meaning in another session. What writes is replayed about the next buyer of the queue.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from backend.devstack.bench import numbering, requests
from backend.devstack.bench.buyers import Queue

_UUID = re.compile(r"([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3})([0-9a-f]{12})")
_ORDER_NUMBER = re.compile(r"(ORD-\d{8}-)[A-Z2-9]{6}")


@dataclass(frozen=True)
class Script:
    """For pgbench with 8 clients, `-D turn=-1` and `-D first=…`; each client takes every eighth buyer."""

    text: str
    statements: int  # those that travel together count as one


def read(paths: Iterable[str], *, host: str = requests.HOST, token: str = "") -> list[list[str]]:
    """The statements of each GET, by a guest if there is no token. Raises RuntimeError."""
    client = Client(headers=requests.bearer(token) if token else None, SERVER_NAME=host)
    return [_recorded(client, "GET", path) for path in paths]


def written(*, queue: Queue, products: int, path: str, body: Mapping[str, Any], token: str) -> Script:
    """Let the first of the queue ask for real, and write down what that cost. Raises RuntimeError."""
    client = Client(headers={"authorization": f"Bearer {token}"}, SERVER_NAME=requests.HOST)
    statements = _recorded(client, "POST", path, json.dumps(body))
    sku, product = numbering.bought(place=0, products=products, is_hot=queue.is_hot)
    lines = [_generalized(statement, queue.first, sku, product) + ";" for statement in statements]
    return Script("\n".join([*_choice(queue, products), *lines, ""]), len(statements))


def _recorded(client: Client, method: str, path: str, body: str = "") -> list[str]:
    with ExitStack() as stack:
        stack.enter_context(override_settings(DATABASE_PREPARES=False))
        recorded = [stack.enter_context(CaptureQueriesContext(connections[name])) for name in connections]
        answer = client.generic(method, path, body, content_type="application/json")
    if answer.status_code not in (200, 201):
        raise RuntimeError(f"{method} {path} answered {answer.status_code}: {answer.content.decode()}")
    queries = [query for context in recorded for query in context.captured_queries]
    return list(_sent([query["sql"].strip().rstrip(";") for query in queries]))


def _sent(told: list[str]) -> Iterator[str]:
    """Without what Django tells of but never sent: BEGIN and COMMIT where they went with other statements."""
    for before, text, behind in zip(["", *told], told, [*told[1:], ""], strict=False):
        went_before = text == "COMMIT" and before.endswith(";\nCOMMIT")
        if not went_before and not (text == "BEGIN" and behind.startswith("BEGIN;")):
            yield text


def _choice(queue: Queue, products: int) -> list[str]:
    """The same buyer with the same goods as numbering.bought says."""
    place = 0 if queue.is_hot else numbering.STRIDE
    return [
        "\\set turn :turn + 1",
        "\\set place 1 + :first + :client_id + 8 * :turn",
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
    statement = statement.replace(";\n", "\\;\n")  # pgbench sends them together, too
    for digits, variable in known.items():
        statement = statement.replace(digits, variable)
    return statement
