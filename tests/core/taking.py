"""Units that are taken, and all that this leaves behind."""

from typing import Any

from django.utils import timezone

from backend.core import transactions
from backend.inventory import actions as inventory
from backend.inventory.models import LedgerEntry, Stock
from backend.outbox.models import Event
from tests.concurrency import rivals


@transactions.retried
def take(units: dict[str, int], tries: list[str]) -> None:
    """Units of a sale at the counter; `tries` counts how often it was begun."""
    tries.append("try")
    for sku, number in sorted(units.items()):
        inventory.adjust(sku=sku, delta=-number, note="", actor_id=None, now=timezone.now())


def lock(other: rivals.Rival, sku: str) -> None:
    other.execute("UPDATE inventory_stock SET threshold = 1 WHERE sku = %s", [sku])


def state() -> dict[str, Any]:
    """All that a movement of stock leaves behind."""
    return {
        "rows": dict(Stock.objects.values_list("sku", "on_hand")),
        "versions": dict(Stock.objects.values_list("sku", "version")),
        "ledger": sorted(LedgerEntry.objects.values_list("stock_id", "delta_on_hand")),
        "told": sorted(Event.objects.values_list("topic", "version")),
    }


AS_BEFORE = {
    "rows": {"A": 10, "B": 10},
    "versions": {"A": 1, "B": 1},
    "ledger": [("A", 10), ("B", 10)],
    "told": [],
}
