"""The stall, with Stripe's sandbox behind it."""

from typing import Any

import pytest

from tests.concurrency.stall import Stall
from tests.payments.conftest import Stripe, running_sandbox, stripe

__all__ = ["running_sandbox", "stripe"]


@pytest.fixture
def stall(alice: Any, staff: Any, stripe: Stripe) -> Stall:
    return Stall(alice, staff, stripe)
