"""Round trips to PostgreSQL: several statements in one, and what has no answer waits for the next that has.

Values are bound here, so several statements are one text, as psql would send it (the simple protocol): done
one after the other, each with a snapshot of its own, up to the first that fails. Inside a transaction they
are part of it; outside of one they are a transaction together.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import connection

from backend.core.plans import Plans
from backend.core.statements import Answer, Statement, Together

_waiting: ContextVar[list[Statement] | None] = ContextVar("waiting", default=None)


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
        plans = Plans(connection.connection)
        text = _text(cursor, statements, plans)
        cursor.execute(text)
        plans.remember()
        answers = [_answer(cursor)]
        while cursor.nextset():
            answers.append(_answer(cursor))
    return answers[-len(statements) :]


def _text(cursor: Any, statements: Sequence[Statement], plans: Plans) -> Together:
    """Of the statements, behind what must be prepared for them."""
    with connection.wrap_database_errors:
        sent = [plans.execution(one) if _is_planned_once(one) else one for one in statements]
        parts = [cursor.mogrify(one.sql, one.values) for one in sent]
    text = Together(";\n".join([*plans.fresh, *parts]))
    text.parts = statements
    return text


def _is_planned_once(statement: Statement) -> bool:
    return statement.is_planned_once and settings.DATABASE_PREPARES


def _answer(cursor: Any) -> Answer:
    return list(cursor.fetchall()) if cursor.description else []
