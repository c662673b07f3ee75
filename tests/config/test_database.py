"""The limits that every session of PostgreSQL begins with."""

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
