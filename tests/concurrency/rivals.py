"""Another process that has rows locked, as PostgreSQL sees it: a connection of its own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests import live

PATIENCE = 60
type Rival = psycopg.Connection[Any]


@contextmanager
def rival() -> Iterator[Rival]:
    """It waits for a lock as long as it takes, and is never the victim of a deadlock."""
    with psycopg.connect(live.database_url()) as opened:
        opened.execute("SET deadlock_timeout = '60s'")
        opened.commit()
        yield opened


def wait_until_waiting(pid: int | None = None, *, patience: float = PATIENCE) -> None:
    """Until that backend, or any of this database, waits for a lock."""
    waiting = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + patience
    with psycopg.connect(live.database_url(), autocommit=True) as looking:
        while not any(pid in (None, found) for (found,) in looking.execute(waiting).fetchall()):
            assert time.monotonic() < deadline, "nobody waits"
