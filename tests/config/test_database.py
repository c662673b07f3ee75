"""The limits that every session of PostgreSQL begins with."""

import os
import re
import socket

import psycopg
import pytest
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, TransactionStatus

from backend.config import database

EVERY_ROW = re.compile(r"INSERT INTO \w+ \(|ADD \w+ .* STORED")


def options(url: str = "postgres://shop@db.example/shop", *, pool_size: int = 0):
    return database.settings(url, pool_size=pool_size)["OPTIONS"]


def test_a_database_address_keeps_what_it_asks_for():
    asked = options("postgres://shop@db.example/shop?sslmode=require")

    assert asked["sslmode"] == "require"
    assert "statement_timeout=15s" in asked["options"]


def test_a_database_whose_machine_has_vanished_is_given_up_in_seconds():
    names = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        session = PGconn.connect_start(make_conninfo(host=host, port=port, **options()).encode())
        with socket.socket(fileno=os.dup(session.socket)) as line:
            limits = [line.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in names]
        session.finish()

    assert limits == [5, 2, 3, 15_000]


def test_an_address_may_ask_for_more_patience_with_the_network():
    asked = options("postgres://shop@db.example/shop?tcp_user_timeout=60000&keepalives_idle=30")

    assert (asked["tcp_user_timeout"], asked["keepalives_idle"], asked["keepalives_interval"]) == (
        60_000,
        30,
        2,
    )


def test_a_lock_is_waited_for_four_seconds():
    with psycopg.connect(os.environ["SHOPWIRE_TEST_POSTGRES"], options=options()["options"]) as session:
        (limit,) = session.execute("SHOW lock_timeout").fetchone()

    assert limit == "4s"


def test_only_a_request_may_not_take_longer_than_its_answer():
    assert " transaction_timeout=12s" in options(pool_size=20)["options"]
    assert " transaction_timeout" not in options()["options"]


def test_a_migration_that_writes_every_product_may_take_its_time():
    """Also in a session with a request's limits."""
    written = {
        f"{app}.{name}": sql
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        for operation in migration.operations
        if isinstance(operation, RunSQL)
        for sql in ([operation.sql] if isinstance(operation.sql, str) else operation.sql)
        if EVERY_ROW.search(sql)
    }

    assert set(written) == {
        "catalog.0003_shelf",
        "catalog.0005_beginnings",
        "catalog.0006_blocks",
        "shelf.0002_narrow",
    }
    begin = "\nSET LOCAL statement_timeout = 0;\nSET LOCAL transaction_timeout = 0;"
    assert [name for name, sql in written.items() if not sql.startswith(begin)] == []


def test_a_session_that_the_server_has_ended_is_not_handed_out():
    address = os.environ["SHOPWIRE_TEST_POSTGRES"]
    with psycopg.connect(address) as other, psycopg.connect(address) as idle:
        check = options(pool_size=1)["pool"]["check"]
        check(idle)
        assert idle.info.transaction_status == TransactionStatus.IDLE
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [idle.info.backend_pid])

        with pytest.raises(psycopg.OperationalError, match="has ended this session"):
            check(idle)
        assert idle.closed
