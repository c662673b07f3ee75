"""Stripe's books, changed behind the shop's back, and what staff are told of it."""

from backend.alerts.models import Alert


def alter(stripe, id, **changes):
    """Change an object at Stripe behind the shop's back; no webhook tells of it."""
    store = stripe.sandbox.store
    with store.transaction():
        store.save(store.find_any(id) | changes)


def forget(stripe, id):
    with stripe.sandbox.store.transaction():
        stripe.sandbox.store._connection.execute("DELETE FROM objects WHERE id = ?", (id,))


def take_money(stripe, metadata):
    """A payment that the shop did not open; its id."""
    form = "amount=4200&currency=usd&payment_method=pm_card_visa&confirm=true"
    return stripe.call("/v1/payment_intents", f"{form}&{metadata}")["id"]


def told():
    """(message, order, whether it is open) of each alert, the oldest first."""
    rows = Alert.objects.order_by("created_at").values_list("message", "order_id", "acknowledged_at")
    return [(message, order_id, closed_at is None) for message, order_id, closed_at in rows]
