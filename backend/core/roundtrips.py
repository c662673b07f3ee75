"""Round trips to PostgreSQL: several statements in one, and what has no answer waits for the next that has.

Values are bound here, so several statements are one text, as psql would send it (the simple protocol): done
one after the other, each with a snapshot of its own, up to the first that fails. Inside a transaction they
are part of it; outside of one they are a transaction together.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.db import connection

type Values = Mapping[str, Any] | Sequence[Any]
type Answer = list[tuple[Any, ...]]

_waiting: "ContextVar[list[Statement] | None]" = ContextVar("waiting", default=None)


class Statement(NamedTuple):
    """One statement, with the values of its placeholders."""

    sql: str
    values: Values


class Together(str):
    """The text of several statements; whoever watches statements finds them one by one in `parts`."""

    parts: Sequence[Statement]


def ask(*statements: Statement) -> list[Answer]:
    """The rows that each of the statements returns, all in one round trip, behind those that wait."""
    before = _taken()
    return _send([*before, *statements])[len(before) :]


def tell(statement: Statement) -> None:
    """Nobody wants its answer: within `gathering` it goes with the next statement, else at once.

    The values are those of now, so the caller must not hand over what it goes on changing.
    """
    waiting = _waiting.get()
    if waiting is None:
        _send([statement])
    else:
        waiting.append(statement)


@contextmanager
def gathering() -> Iterator[None]:
    """What is told in this block, which is inside a transaction, has been sent where the block ends.

    Other statements, such as Django's own, find it done: it goes before each. When the block fails, what
    waits is dropped, since the transaction is undone.
    """
    before = _waiting.set([])
    try:
        with connection.execute_wrapper(_after_what_waits):
            yield
            _send(_taken())
    finally:
        _waiting.reset(before)


def _after_what_waits(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    _send(_taken())
    return execute(sql, params, many, context)


def _taken() -> list[Statement]:
    waiting = _waiting.get() or []
    taken = list(waiting)
    waiting.clear()
    return taken


def _send(statements: Sequence[Statement]) -> list[Answer]:
    if not statements:
        return []
    with connection.cursor() as cursor:
        if len(statements) == 1:
            cursor.execute(*statements[0])
        else:
            cursor.execute(_text(cursor, statements))
        answers = [_answer(cursor)]
        while cursor.nextset():
            answers.append(_answer(cursor))
    return answers


def _text(cursor: Any, statements: Sequence[Statement]) -> Together:
    with connection.wrap_database_errors:
        text = Together(";\n".join(cursor.mogrify(*statement) for statement in statements))
    text.parts = statements
    return text


def _answer(cursor: Any) -> Answer:
    return list(cursor.fetchall()) if cursor.description else []
