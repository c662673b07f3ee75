"""Settings that are more than one variable."""

from backend.config import settings


def test_a_database_address_keeps_what_it_asks_for():
    database = settings._database("postgres://shop@db.example/shop?sslmode=require")

    assert database["OPTIONS"]["sslmode"] == "require"
    assert "statement_timeout=15s" in database["OPTIONS"]["options"]
