"""The round trips to PostgreSQL of a block: each by the first words of its statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

AROUND = ("BEGIN", "COMMIT", "ROLLBACK")


@contextmanager
def seen() -> Iterator[list[str]]:
    """They are in the list when the block has ended, BEGIN and COMMIT among them, as psql would say them."""
    trips: list[str] = []
    texts: list[str] = []

    def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        parts = getattr(sql, "parts", [(sql,)])
        texts.append(" ".join(str(part[0]).split()[0] for part in parts))
        return execute(sql, params, many, context)

    with CaptureQueriesContext(connection) as captured, connection.execute_wrapper(watch):
        yield trips
    sent = iter(texts)
    trips += [query["sql"] if query["sql"] in AROUND else next(sent) for query in captured]
