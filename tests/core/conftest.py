"""Goods to be taken, somebody else who takes them, and a connection of little patience."""

from collections.abc import Iterator

import pytest
from django.db import connection

from tests import factories
from tests.concurrency import rivals


@pytest.fixture
def other(db: None) -> Iterator[rivals.Rival]:
    with rivals.rival() as opened:
        yield opened


@pytest.fixture
def goods(db: None) -> None:
    factories.product(sku="A")
    factories.product(sku="B")


@pytest.fixture
def impatient(db: None) -> Iterator[None]:
    """Our connection waits 0.04 s for a lock instead of 4 s."""
    connection.cursor().execute("SET lock_timeout = '40ms'")
    yield
    connection.close()
