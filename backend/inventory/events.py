"""What the world hears of stock."""

from datetime import datetime

from backend.inventory import shapes
from backend.inventory.models import Stock
from backend.outbox import actions as outbox


def topic(sku: str) -> str:
    """The SKU's topic."""
    return f"stock:{sku}"


def stock_changed(*, stock: Stock, now: datetime) -> None:
    """Tell what can be bought of the SKU now; the caller holds the row's lock."""
    outbox.publish(
        topic=topic(stock.sku),
        event="stock.changed",
        version=stock.version,
        data=shapes.stock_json(stock),
        now=now,
    )
