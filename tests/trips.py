"""The round trips to PostgreSQL of a block: each by the first words of its statements.

Django tells of a BEGIN and a COMMIT even where they went with other statements: its own are left out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

AROUND = ("BEGIN", "COMMIT", "ROLLBACK")


@contextmanager
def seen() -> Iterator[list[str]]:
    """They are in the list when the block has ended, BEGIN and COMMIT among them."""
    trips: list[str] = []
    texts: list[str] = []

    def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        parts = getattr(sql, "parts", [(sql,)])
        texts.append(" ".join(str(part[0]).split()[0] for part in parts))
        return execute(sql, params, many, context)

    with CaptureQueriesContext(connection) as captured, connection.execute_wrapper(watch):
        yield trips
    sent = iter(texts)
    told = [query["sql"] if query["sql"] in AROUND else next(sent) for query in captured]
    trips += [told[place] for place in range(len(told)) if not _went_before(told, place)]


def _went_before(told: list[str], place: int) -> bool:
    """Whether this BEGIN or COMMIT of Django's was sent with others, right before or behind."""
    before, behind = told[place - 1 : place], told[place + 1 : place + 2]
    return (told[place] == "BEGIN" and behind[0].startswith("BEGIN ")) or (
        told[place] == "COMMIT" and before[0].endswith(" COMMIT")
    )
