"""The whole shop, to be hurt: its processes, its database, its Stripe, and whether all has settled."""

import contextlib
import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import psutil
import psycopg

from backend.devstack import processes
from tests.flows.stack import Stack

PROGRAMS = {
    "web": "backend.config.web",
    "worker": "tasks.app worker --queues celery",
    "mailer": "tasks.app worker --queues mail",
    "relay": "manage.py relay",
    "beat": "tasks.app beat",
    "stripe": "stripe_sandbox",
}
PATIENCE = 30
SETTLED_SECONDS = 60
# The supervisor gives up at the fifth death in a row that comes within ten seconds of a start.
QUICK_SECONDS = 10
MOST_QUICK_DEATHS = 3
OPEN_ENDS = """
    SELECT 'event', topic || ' ' || event FROM outbox_event
    UNION ALL SELECT 'feed', topic || ' ' || event FROM outbox_feedentry
    UNION ALL SELECT 'job', task || ' ' || kwargs || ' ' || attempts || ' ' || last_error FROM outbox_job
    UNION ALL SELECT 'refund', id::text FROM payments_refund WHERE status = 'pending'
"""


class Hold:
    """Rows or tables locked by the test, so that the victim stands still where it wants them too."""

    def __init__(self, shop: "Shop", connection: psycopg.Connection) -> None:
        self._shop = shop
        self._connection = connection

    def wait_for_victim(self, *, doing: str = "") -> None:
        """Until a session waits for this lock, in a text that has this in it."""
        assert wait(lambda: self._victims(doing)), self._shop.rows(OPEN_ENDS)

    def kill(self, name: str) -> None:
        """kill -9 the victim; until its session has ended too, it might get the lock and go on."""
        self._shop.kill(name)
        assert wait(lambda: not self._victims(""))

    def _victims(self, doing: str) -> list[Any]:
        stuck = "SELECT 1 FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid)) AND query LIKE %s"
        return self._shop.rows(stuck, self._connection.info.backend_pid, f"%{doing}%")

    def release(self) -> None:
        self._connection.rollback()


@dataclass
class Shop:
    """One running shop; tests share it and leave it settled."""

    stack: Stack
    began_at: datetime | None = None  # the demo shop's own orders are older, and nobody was told of them
    quick_deaths: dict[str, int] = field(default_factory=dict)

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """The rows; of a single column its values."""
        with psycopg.connect(self.stack.environment["DATABASE_URL"], autocommit=True) as connection:
            found = connection.execute(sql, values or None).fetchall()
        return [row[0] if len(row) == 1 else row for row in found]

    def write(self, sql: str, *values: Any) -> None:
        with psycopg.connect(self.stack.environment["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(sql, values or None)

    @contextlib.contextmanager
    def holding(self, sql: str, *values: Any) -> Iterator[Hold]:
        """Lock what the statement locks, until the block ends or releases it."""
        with psycopg.connect(self.stack.environment["DATABASE_URL"]) as connection:
            connection.execute(sql, values or None)
            yield Hold(self, connection)
            connection.rollback()

    def stripe_has(self, kind: str) -> list[dict[str, Any]]:
        """Stripe's own objects of a kind, newest first, past its API and its faults."""
        query = "SELECT data FROM objects WHERE kind = ? ORDER BY number DESC"
        return [json.loads(text) for text in self._stripes_books(query, kind)]

    def webhooks_under_way(self) -> int:
        return self._stripes_books("SELECT count(*) FROM deliveries")[0]

    def _stripes_books(self, query: str, *values: str) -> list[Any]:
        file = self.stack.folder / "stripe" / "stripe.sqlite3"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as books:
            return [row[0] for row in books.execute(query, values)]

    def misbehave(self, **switches: Any) -> None:
        """Stripe's faults, until the sandbox starts anew or `behave`."""
        httpx.post(f"{self.stack.sandbox}/_sandbox/faults", json=switches, trust_env=False).raise_for_status()

    def wait_for_held(self) -> None:
        """Until a request stands still at Stripe (its switch `hold`)."""
        url = f"{self.stack.sandbox}/_sandbox/faults"
        assert wait(lambda: httpx.get(url, trust_env=False).json()["held"] > 0)

    def behave(self) -> None:
        httpx.delete(f"{self.stack.sandbox}/_sandbox/faults", trust_env=False).raise_for_status()

    def processes(self, name: str) -> list[psutil.Process]:
        """A program's processes, parents first, known by the data folder in their environment."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                is_ours = process.environ().get("SHOPWIRE_DATA_DIR") == str(self.stack.folder)
                if is_ours and PROGRAMS[name] in " ".join(process.cmdline()):
                    found.append(process)
        return sorted(found, key=lambda process: process.create_time())

    def signal(self, name: str, number: signal.Signals) -> None:
        """To every process of the program; SIGTERM to its parent only, as a supervisor would."""
        found = self.processes(name)
        assert found, f"{name} does not run"
        for process in found[:1] if number == signal.SIGTERM else found:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def kill(self, name: str) -> None:
        """kill -9, children too, as when memory runs out."""
        self._count_death(name)
        self.signal(name, signal.SIGKILL)

    def _count_death(self, name: str) -> None:
        age = time.time() - self.processes(name)[0].create_time()
        self.quick_deaths[name] = self.quick_deaths.get(name, 0) + 1 if age < QUICK_SECONDS else 0

    def calm_down(self) -> None:
        """Before a test: everybody runs, Stripe behaves, and nobody is about to be given up."""
        for name in PROGRAMS:
            tired = self.quick_deaths.get(name, 0) >= MOST_QUICK_DEATHS
            youngest = QUICK_SECONDS + 1 if tired else 0
            assert wait(lambda name=name, youngest=youngest: self._age(name) > youngest), name
            if tired:
                self.quick_deaths[name] = 0
        self.wait_for_web()
        self.behave()

    def _age(self, name: str) -> float:
        found = self.processes(name)
        return time.time() - found[0].create_time() if found else 0

    def wait_for_web(self) -> None:
        """Until requests are answered."""
        assert wait(self._is_ready), self.stack.log.read_text()[-3000:]

    def _is_ready(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.stack.url}/readyz", trust_env=False).status_code == 200
        return False

    def wait_until_settled(self) -> float:
        """Nothing is left to be told, done or sent; how many seconds that took."""
        began = time.monotonic()
        settled = wait(
            lambda: not self.webhooks_under_way() and not self.rows(OPEN_ENDS), seconds=SETTLED_SECONDS
        )
        assert settled, (self.webhooks_under_way(), self.rows(OPEN_ENDS))
        return time.monotonic() - began


def wait(condition: Any, *, seconds: float = PATIENCE) -> bool:
    return processes.wait_until(condition, seconds=seconds)
