"""What a test has committed is taken out of the tables after it, whoever reads them meanwhile.

Django's own flush empties all tables and makes their permissions anew, in some hundred statements. And it
fails where a web process reads one table after the other: then both may wait for each other.
"""

from contextlib import suppress

from django.db import OperationalError, connection
from django.test import TransactionTestCase

KEPT = {"django_migrations", "django_content_type", "auth_permission"}  # as the migrations have left them
TRIES = 10
# Whoever writes at this moment may commit to a table that is still empty to us.
WRITTEN = """
SELECT relation::regclass::text FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def install() -> None:
    TransactionTestCase._fixture_teardown = lambda self: empty()


def empty() -> None:
    """Raises OperationalError if it comes between others for ever."""
    for _ in range(TRIES - 1):
        with suppress(OperationalError):
            return _empty()
    return _empty()


def _empty() -> None:
    tables = set(connection.introspection.django_table_names(include_views=False)) - KEPT
    looks = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in sorted(tables)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([WRITTEN, *looks]))
        if full := tables & {name for (name,) in cursor.fetchall()}:
            cursor.execute(f"TRUNCATE {', '.join(sorted(full))} CASCADE")
