"""Several queries that see the database at one moment."""

from collections.abc import Callable

from django.db import connection, transaction


def at_once[T](read: Callable[[], T]) -> T:
    """What `read` returns, all of it as of one moment: a row's version is exactly that of the rows around it.

    Only for reads; runs in a REPEATABLE READ transaction of its own.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return read()
