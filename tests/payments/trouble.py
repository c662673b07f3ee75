"""A buyer who asks while Stripe is in trouble, and a shop of little patience."""

from contextlib import contextmanager

import pytest

from backend.payments import gateway, patience

AWAY = {
    "error": "The payment provider is unavailable",
    "code": "payment_provider_unavailable",
    "details": None,
}


@contextmanager
def impatience():
    """A tenth of the real times, so that what takes too long takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "REQUEST_SECONDS", patience.REQUEST_SECONDS / 10)
        patch.setattr(gateway, "CONNECT_AND_READ_SECONDS", (0.2, 0.5))
        gateway._client_of.cache_clear()
        yield
    gateway._client_of.cache_clear()


def ask(caller, order):
    return caller.post("payments/create-intent/", {"order_id": str(order.pk)})
