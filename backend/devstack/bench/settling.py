"""Waits for what is left to do of earlier rows, so that none is paid for by the next."""

import psycopg

from backend.devstack import processes
from backend.devstack.bench import statements
from backend.devstack.bench.shop import Failed, Shop

_LATEST_SECONDS = 60
_LEFT = """
SELECT EXISTS(SELECT FROM outbox_event), EXISTS(SELECT FROM outbox_feedentry),
       EXISTS(SELECT FROM outbox_job WHERE failed_at IS NULL AND due_at <= now())
"""


def wait(shop: Shop) -> None:
    """Returns when nothing is left to tell or to do, no mail either. Raises Failed."""
    with psycopg.connect(shop.database_url, autocommit=True) as connection:
        statements.leave_out(connection)

        def is_settled() -> bool:
            return connection.execute(_LEFT).fetchone() == (False, False, False)

        if not processes.wait_until(is_settled, seconds=_LATEST_SECONDS):
            raise Failed(f"relay and workers were not through in {_LATEST_SECONDS} s")
