"""How many statements PostgreSQL was sent, by whichever process: it counts them itself.

By pg_stat_statements. Counting costs something, so it is off while a row is timed.
"""

from typing import NamedTuple

import psycopg
from psycopg import sql

# What is prepared while statements have no id is never counted.
SETTINGS = {"shared_preload_libraries": "pg_stat_statements", "compute_query_id": "on"}
_OFF = {"pg_stat_statements.track": "none"}
_ON = {"pg_stat_statements.track": "top"}
_COUNTED = """
SELECT coalesce(sum(calls), 0)::bigint, coalesce(sum(calls) FILTER (WHERE query ILIKE 'commit%'), 0)::bigint
  FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid WHERE datname = current_database()
"""


class Counted(NamedTuple):
    """`commits` are among the statements."""

    statements: int
    commits: int


def prepare(url: str) -> None:
    """Of a server with these settings. Nothing is counted yet."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        _switch(connection, _OFF)


def begin(url: str) -> None:
    """Count, from nought, what every session of the database sends."""
    with psycopg.connect(url, autocommit=True) as connection:
        leave_out(connection)
        _switch(connection, _ON)
        connection.execute("SELECT pg_stat_statements_reset()")


def end(url: str) -> Counted:
    """What came since, and count no more."""
    with psycopg.connect(url, autocommit=True) as connection:
        leave_out(connection)
        _switch(connection, _OFF)
        found = connection.execute(_COUNTED).fetchone()
    assert found is not None
    return Counted(*found)


def leave_out(connection: psycopg.Connection) -> None:
    """This one is the bench's own."""
    connection.execute("SET pg_stat_statements.track = none")


def _switch(connection: psycopg.Connection, settings: dict[str, str]) -> None:
    """Sessions that are open see it before their next statement."""
    for name, value in settings.items():
        connection.execute(
            sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(*name.split(".")), sql.Literal(value))
        )
    connection.execute("SELECT pg_reload_conf()")
