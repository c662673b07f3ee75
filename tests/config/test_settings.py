"""Settings that are more than one variable."""

from backend.config import settings


def test_a_database_address_keeps_what_it_asks_for():
    database = settings._database("postgres://shop@db.example/shop?sslmode=require")

    assert database["OPTIONS"]["sslmode"] == "require"
    assert "statement_timeout=15s" in database["OPTIONS"]["options"]


def test_only_a_request_may_not_take_longer_than_its_answer(monkeypatch):
    def options() -> str:
        return settings._database("postgres://shop@db.example/shop")["OPTIONS"]["options"]

    jobs = options()
    monkeypatch.setattr(settings, "ENV", settings.ENV.model_copy(update={"database_pool_size": 20}))

    assert "transaction_timeout=12s" in options()
    assert " transaction_timeout" not in jobs
