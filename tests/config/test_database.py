"""The limits that every session of PostgreSQL begins with."""

import os

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from backend.config import database


def options(url: str = "postgres://shop@db.example/shop", *, pool_size: int = 0):
    return database.settings(url, pool_size=pool_size)["OPTIONS"]


def test_a_database_address_keeps_what_it_asks_for():
    asked = options("postgres://shop@db.example/shop?sslmode=require")

    assert asked["sslmode"] == "require"
    assert "statement_timeout=15s" in asked["options"]


def test_only_a_request_may_not_take_longer_than_its_answer():
    assert " transaction_timeout=12s" in options(pool_size=20)["options"]
    assert " transaction_timeout" not in options()["options"]


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
