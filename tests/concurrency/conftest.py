"""The stall, with Stripe's sandbox behind it, and a web and an api process on one database."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend.devstack.stripe_sandbox import server
from tests import live
from tests.concurrency.stall import Stall
from tests.payments.conftest import Stripe, running_sandbox, stripe

__all__ = ["running_sandbox", "stripe"]


@pytest.fixture
def stall(alice: Any, staff: Any, stripe: Stripe) -> Stall:
    return Stall(alice, staff, stripe)


@pytest.fixture(scope="session")
def shops(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, running_sandbox: server.Sandbox
) -> Iterator[list[str]]:
    """The addresses of a web process and the api's, side by side."""
    folder = tmp_path_factory.mktemp("web")
    settings = {"STRIPE_API_BASE": running_sandbox.url}
    with (
        live.web(log=folder / "one.log", **settings) as one,
        live.web(log=folder / "two.log", module=live.REST, **settings) as two,
    ):
        yield [one, two]
