"""Stock as JSON: for everybody, for staff, and a line of the ledger."""

from typing import Any

from backend.core import clock
from backend.inventory import lowstock
from backend.inventory.models import LedgerEntry, Stock


def stock_json(stock: Stock) -> dict[str, Any]:
    """What anyone may know."""
    return {
        "sku": stock.sku,
        "product": stock.product,
        "quantity": stock.quantity,
        "is_in_stock": stock.quantity > 0,
    }


def staff_stock_json(stock: Stock) -> dict[str, Any]:
    """What staff see (contract 3.1)."""
    return {
        "sku": stock.sku,
        "product": stock.product,
        "variant": stock.variant,
        "on_hand": stock.on_hand,
        "held": stock.held,
        "quantity": stock.quantity,
        "threshold": lowstock.threshold(stock),
        "is_low": lowstock.is_low(stock),
        "version": stock.version,
    }


def ledger_json(entry: LedgerEntry) -> dict[str, Any]:
    """One change: who, why, which order, by how much."""
    return {
        "at": clock.text(entry.at),
        "delta_on_hand": entry.delta_on_hand,
        "delta_held": entry.delta_held,
        "reason": entry.reason,
        "note": entry.note,
        "order": entry.order_id and str(entry.order_id),
        "actor": entry.actor_id and str(entry.actor_id),
    }
