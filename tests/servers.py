"""Pytest plugin: a private PostgreSQL for the run and a private Valkey for each process of it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.devstack import postgres, valkey

SETTINGS = {
    "DEBUG": "1",
    "SECRET_KEY": "tests-only-0123456789-0123456789-0123456789",
    "EMAIL_URL": "console://",
    "STRIPE_SECRET_KEY": "sk_test_shopwire",
    "STRIPE_WEBHOOK_SECRET": "whsec_tests",
    "SHIPPING_WEBHOOK_SECRET": "carrier-tests",
    "STAFF_ALERT_EMAILS": "ops@shopwire.example",
    "FRONTEND_URL": "http://shop.example",
    "THROTTLE_LOGIN": "off",
    "THROTTLE_REGISTER": "off",
    "THROTTLE_USER": "off",
    "THROTTLE_ANON": "off",
}
_servers: list[postgres.Postgres | valkey.Valkey] = []
_folder = Path(tempfile.mkdtemp(prefix="shopwire-tests-"))


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Before pytest-django reads the settings. Workers of xdist inherit the controller's PostgreSQL."""
    if "SHOPWIRE_TEST_POSTGRES" not in os.environ:
        database = postgres.start(folder=_folder / "postgres", durable=False)
        _servers.append(database)
        os.environ["SHOPWIRE_TEST_POSTGRES"] = database.url()
    news = valkey.start(folder=_folder / "valkey")
    _servers.append(news)
    (_folder / "data" / "static").mkdir(parents=True)  # WhiteNoise warns where make run collects into
    os.environ.update(SETTINGS, SHOPWIRE_DATA_DIR=str(_folder / "data"))
    os.environ.update(DATABASE_URL=os.environ["SHOPWIRE_TEST_POSTGRES"], REDIS_URL=news.url)
    return (yield)


def pytest_unconfigure() -> None:
    for server in reversed(_servers):
        server.stop()
    shutil.rmtree(_folder, ignore_errors=True)
