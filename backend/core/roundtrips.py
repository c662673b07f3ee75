"""Round trips to PostgreSQL: several statements in one, and what has no answer waits for the next that has.

Values are bound here, so several statements are one text, as psql would send it (the simple protocol): done
one after the other, each with a snapshot of its own, up to the first that fails. Inside a transaction they
are part of it; outside of one they are a transaction together. BEGIN and COMMIT need no trip of their own:
they go with a transaction's first statement and with what an action tells last.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from backend.core.plans import Plans
from backend.core.statements import Answer, Statement, Together

_BEGIN, _COMMIT = Statement("BEGIN"), Statement("COMMIT")
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
    """What is told in this block, which is all of a transaction, has been sent where the block ends.

    Other statements, such as Django's own, find it done: it goes before each. When the block fails, what
    waits is dropped, since the transaction is undone. What waits at its end takes COMMIT with it, unless the
    block is part of more; Django, whose COMMIT comes right behind, then finds nothing left to do.
    """
    before = _waiting.set([])
    try:
        with connection.execute_wrapper(_after_what_waits):
            yield
            if told := _taken():
                _send([*told, _COMMIT] if _is_all() else told)
    finally:
        _waiting.reset(before)


def _is_all() -> bool:
    """Whether Django will commit where this block ends."""
    return len(connection.atomic_blocks) == 1 and connection.commit_on_exit and not connection.needs_rollback


def _after_what_waits(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    _send(_taken())
    return execute(sql, params, many, context)


def _taken() -> list[Statement]:
    waiting = _waiting.get() or []
    taken = list(waiting)
    waiting.clear()
    return taken


def _send(statements: Sequence[Statement]) -> list[Answer]:
    """A transaction that this fails in is over: what waited may be lost, or it may never have begun."""
    if not statements:
        return []
    with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
        plans = Plans(connection.connection)
        cursor.execute(_text(cursor, statements, plans))
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
        begin = [_BEGIN] if _is_to_begin() else []
    text = Together(";\n".join([*(one.sql for one in begin), *plans.fresh, *parts]))
    text.parts = [*begin, *statements]
    return text


def _is_to_begin() -> bool:
    """Whether a transaction as most of them are is yet to begin.

    psycopg would send a BEGIN of its own, unless told not to.
    """
    session = connection.connection
    if not connection.in_atomic_block or session.info.transaction_status != TransactionStatus.IDLE:
        return False
    if not connection.commit_on_exit or session.isolation_level is not None:
        return False
    session.autocommit = True
    return True


def _is_planned_once(statement: Statement) -> bool:
    return statement.is_planned_once and settings.DATABASE_PREPARES


def _answer(cursor: Any) -> Answer:
    return list(cursor.fetchall()) if cursor.description else []
