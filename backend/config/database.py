"""How long PostgreSQL may keep anybody waiting, and who shares connections."""

import select
from typing import Any

import dj_database_url
from psycopg import Connection, OperationalError

# Who vanishes without a word is noticed by TCP alone, which left to itself takes a quarter of an hour.
VANISHED = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}


def settings(url: str, *, pool_size: int) -> dict[str, Any]:
    """Django's settings of the database at this address; `pool_size` 0 is a process with one connection.

    A lock is waited for 4 s, a statement runs 15 s at most: no request hangs on PostgreSQL longer.
    A process that stands still inside a transaction loses it after 10 s, and with it the rows it has locked;
    one that died loses it within a second, even while it waits for a lock. A request's transaction ends after
    12 s, however many locks it waited for, so that nothing is written behind an answer of 503 after 15 s
    (PostgreSQL 17 and newer know that limit). A machine that vanishes is given up within 15 s; the address
    may ask for other limits of that kind.
    """
    database: dict[str, Any] = {**dj_database_url.parse(url), "CONN_HEALTH_CHECKS": True}
    # They would be held beyond their transaction (core/roundtrips.py), and a pool could not lend the session.
    database["DISABLE_SERVER_SIDE_CURSORS"] = True
    timeouts = {"lock": "4s", "statement": "15s", "idle_in_transaction_session": "10s"}
    if pool_size:
        timeouts["transaction"] = "12s"
    options = " ".join(f"-c {name}_timeout={limit}" for name, limit in timeouts.items())
    options += " -c client_connection_check_interval=1s"
    limits = {"options": options, "connect_timeout": 5}
    asked = database.get("OPTIONS", {})  # the address may ask for sslmode=require
    database["OPTIONS"] = {**VANISHED, **asked, **limits}
    if pool_size:  # the web process serves each request on another thread: connections are shared by a pool
        database["OPTIONS"]["pool"] = {
            "min_size": min(2, pool_size),
            "max_size": pool_size,
            "timeout": 12,
            "check": refuse_if_closed,
        }
    else:
        database["CONN_MAX_AGE"] = None
    return database


def refuse_if_closed(connection: "Connection[Any]") -> None:
    """Raises OperationalError when the server has ended the session: then there is something to read.

    Asked of a connection that lies in the pool, each time it is taken out; it costs no query.
    """
    look = select.poll()
    look.register(connection.fileno(), select.POLLIN)
    if look.poll(0):
        connection.close()  # the pool puts another in its place
        raise OperationalError("PostgreSQL has ended this session")
