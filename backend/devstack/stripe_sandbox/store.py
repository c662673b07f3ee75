"""What the sandbox knows, in one SQLite file: it outlives a restart, events on their way included."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from backend.devstack.stripe_sandbox import errors

Json = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS objects (number INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, data TEXT);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, fingerprint TEXT, status INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS deliveries (
    number INTEGER PRIMARY KEY, event TEXT, attempts INTEGER DEFAULT 0, due_at REAL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, number);
CREATE INDEX IF NOT EXISTS deliveries_by_time ON deliveries (due_at, number);
"""


class Answer(NamedTuple):
    fingerprint: str
    status: int
    body: str


class Delivery(NamedTuple):
    number: int
    event: str
    attempts: int
    due_at: float


class Store:
    """Objects by id, answers by idempotency key, webhooks to deliver."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {_TABLES}")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One request at a time: which also puts requests with the same idempotency key in a row."""
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield

    def save(self, thing: Json) -> Json:
        self._connection.execute(
            "INSERT INTO objects (id, kind, data) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET data = excluded.data",
            (thing["id"], thing["object"], json.dumps(thing)),
        )
        return thing

    def find(self, kind: str, id: str, *, param: str = "id") -> Json:
        """Raises Refused (404) when there is none."""
        found = self.find_any(id)
        if found is None or found["object"] != kind:
            raise errors.no_such(kind, id, param=param)
        return found

    def find_any(self, id: str) -> Json | None:
        with self._lock:
            row = self._connection.execute("SELECT data FROM objects WHERE id = ?", (id,)).fetchone()
        return None if row is None else json.loads(row[0])

    def all_of(self, kind: str) -> list[Json]:
        """The newest first."""
        query = "SELECT data FROM objects WHERE kind = ? ORDER BY number DESC"
        with self._lock:
            rows = self._connection.execute(query, (kind,)).fetchall()
        return [json.loads(row[0]) for row in rows]

    def answer_to(self, key: str) -> Answer | None:
        row = self._connection.execute("SELECT fingerprint, status, body FROM answers WHERE key = ?", (key,))
        found = row.fetchone()
        return None if found is None else Answer(*found)

    def remember(self, key: str, answer: Answer) -> None:
        self._connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", (key, *answer))

    def add_delivery(self, event_id: str, *, due_at: float) -> None:
        self._connection.execute("INSERT INTO deliveries (event, due_at) VALUES (?, ?)", (event_id, due_at))

    def next_delivery(self) -> Delivery | None:
        """The one that is due first, which may be in the future."""
        with self._lock:
            row = self._connection.execute(
                "SELECT number, event, attempts, due_at FROM deliveries ORDER BY due_at, number LIMIT 1"
            ).fetchone()
        return None if row is None else Delivery(*row)

    def due_deliveries(self) -> list[Delivery]:
        with self._lock:
            rows = self._connection.execute(
                "SELECT number, event, attempts, due_at FROM deliveries"
                " WHERE due_at <= ? ORDER BY due_at, number",
                (time.time(),),
            ).fetchall()
        return [Delivery(*row) for row in rows]

    def postpone(self, delivery: Delivery, *, until: float) -> None:
        with self.transaction():
            self._connection.execute(
                "UPDATE deliveries SET attempts = attempts + 1, due_at = ? WHERE number = ?",
                (until, delivery.number),
            )

    def clear(self) -> None:
        with self.transaction():
            for table in ("objects", "answers", "deliveries"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608

    def finish(self, delivery: Delivery) -> None:
        with self.transaction():
            self._connection.execute("DELETE FROM deliveries WHERE number = ?", (delivery.number,))
