"""When staff are told that a SKU runs low: once, until it was restocked above its threshold (contract 7)."""

from datetime import datetime

from django.conf import settings

from backend.alerts import actions as alerts
from backend.inventory.models import Stock


def threshold(stock: Stock) -> int:
    """The SKU's own threshold, else the shop's."""
    return settings.LOW_STOCK_THRESHOLD if stock.threshold is None else stock.threshold


def is_low(stock: Stock) -> bool:
    """At or below the threshold."""
    return stock.quantity <= threshold(stock)


def rearm(stock: Stock) -> None:
    """After a restock or another threshold: the next crossing is news again. The caller saves."""
    if not is_low(stock):
        stock.low_alerted = False


def watch(*, stock: Stock, gained: int, restocked: bool, now: datetime) -> None:
    """Look at a change of `gained` units of a locked row: raise the alert at a crossing, or arm it again."""
    before = stock.quantity - gained
    was_alerted = stock.low_alerted
    if restocked:
        rearm(stock)
    if before > threshold(stock) and is_low(stock) and not stock.low_alerted:
        stock.low_alerted = True
        alerts.raise_alert(
            kind="low_stock", sku=stock.sku, message=_message(stock), event="stock.low", now=now
        )
    if stock.low_alerted != was_alerted:
        stock.save(update_fields=["low_alerted"])


def _message(stock: Stock) -> str:
    name = f"{stock.product} ({stock.variant})" if stock.variant else stock.product
    return f"{stock.sku}: {stock.quantity} left of {name}, threshold {threshold(stock)}"
