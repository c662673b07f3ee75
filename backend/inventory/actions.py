"""Every change of stock. Each leaves a line in the ledger (moving.py) and an event, in one transaction."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from backend.core import transactions
from backend.core.errors import Conflict, Invalid, Missing, invalid_field
from backend.inventory import events, lowstock, moving, queries, soldout
from backend.inventory.models import LedgerEntry, Stock
from backend.inventory.moving import Cause, Delta
from backend.outbox import actions as outbox

Reason = LedgerEntry.Reason


class StockUnavailable(Invalid):
    """Fewer units can be sold than were asked for."""

    code = "stock_unavailable"
    message = "Insufficient stock"

    def __init__(self, *, sku: str, requested: int, available: int) -> None:
        super().__init__(details={"sku": sku, "requested": requested, "available": available})


@transactions.retried
def open_stock(
    *,
    sku: str,
    product: str,
    variant: str | None,
    quantity: int,
    threshold: int | None,
    actor_id: UUID | None,
    now: datetime,
) -> Stock:
    """Begin to count a SKU. Raises Conflict when it is counted already."""
    stock = Stock(sku=sku, product=product, variant=variant, on_hand=quantity, threshold=threshold)
    Stock.objects.bulk_create([stock], ignore_conflicts=True)
    locked = Stock.objects.select_for_update().get(sku=sku)
    if locked.ledger.exists() or locked.product != product:
        raise Conflict("This SKU is taken", details={"sku": [sku]})
    LedgerEntry.objects.create(
        stock=locked,
        delta_on_hand=quantity,
        delta_held=0,
        **asdict(Cause(reason=Reason.OPENING, actor_id=actor_id, at=now)),
    )
    events.stock_changed(stock=locked, now=now)
    return locked


@transactions.retried
def relabel(*, sku: str, product: str, variant: str | None, threshold: int | None, now: datetime) -> Stock:
    """Keep a SKU's labels and threshold as the catalogue has them. Locks it, unless they are.

    The caller has locked the product, so nobody else changes them meanwhile. Raises Missing.
    """
    known = queries.by_sku(sku)
    if (known.product, known.variant, known.threshold) == (product, variant, threshold):
        return known
    stock = Stock.objects.select_for_update().get(sku=sku)
    stock.product, stock.variant, stock.threshold = product, variant, threshold
    stock.version += 1
    lowstock.rearm(stock)
    stock.save(update_fields=["product", "variant", "threshold", "version", "low_alerted"])
    events.stock_changed(stock=stock, now=now)
    return stock


def hold(*, units: Mapping[str, int], order_id: UUID, actor_id: UUID | None, now: datetime) -> None:
    """Keep units for an order. Locks the SKUs in sorted order. Raises StockUnavailable for the first lack."""
    cause = Cause(reason=Reason.HOLD, order_id=order_id, actor_id=actor_id, at=now)
    _move({sku: Delta(held=number) for sku, number in units.items()}, cause)


def release(*, units: Mapping[str, int], order_id: UUID, actor_id: UUID | None, now: datetime) -> None:
    """Give held units back to sale. Locks the SKUs in sorted order."""
    cause = Cause(reason=Reason.RELEASE, order_id=order_id, actor_id=actor_id, at=now)
    _move({sku: Delta(held=-number) for sku, number in units.items()}, cause)


def sell(*, units: Mapping[str, int], order_id: UUID, actor_id: UUID | None, now: datetime) -> None:
    """Turn a hold into a sale: the units leave. Locks the SKUs in sorted order."""
    cause = Cause(reason=Reason.SALE, order_id=order_id, actor_id=actor_id, at=now)
    _move({sku: Delta(on_hand=-number, held=-number) for sku, number in units.items()}, cause)


def restock(*, units: Mapping[str, int], order_id: UUID, actor_id: UUID | None, now: datetime) -> None:
    """Sold units that never left come back to the shelf. Locks the SKUs in sorted order."""
    cause = Cause(reason=Reason.RESTOCK, order_id=order_id, actor_id=actor_id, at=now)
    _move({sku: Delta(on_hand=number) for sku, number in units.items()}, cause)


def take_back(*, units: Mapping[str, int], order_id: UUID, actor_id: UUID | None, now: datetime) -> None:
    """Returned units go back to the shelf. Locks the SKUs in sorted order."""
    cause = Cause(reason=Reason.RETURN, order_id=order_id, actor_id=actor_id, at=now)
    _move({sku: Delta(on_hand=number) for sku, number in units.items()}, cause)


@transactions.retried
def adjust(*, sku: str, delta: int, note: str, actor_id: UUID | None, now: datetime) -> Stock:
    """Correct the units on hand, with a reason in words. Held units stay.

    Locks the SKU. Raises Missing for an unknown one, StockUnavailable when fewer than `-delta` are free.
    """
    cause = Cause(reason=Reason.ADJUSTMENT, note=note, actor_id=actor_id, at=now)
    return _move({sku: Delta(on_hand=delta)}, cause)[0]


@transactions.retried
def _move(deltas: Mapping[str, Delta], cause: Cause) -> list[Stock]:
    """Move them all, or raise what stands against the first that can't be."""
    if not deltas:
        return []
    moved = moving.move(deltas, cause)
    if len(moved) < len(deltas):
        found = {stock.sku for stock in moved}
        lacking = min(sku for sku in deltas if sku not in found)
        raise _refusal(lacking, deltas[lacking])
    with outbox.together():
        for stock in moved:
            delta = deltas[stock.sku]
            lowstock.watch(stock=stock, gained=delta.gained, restocked=delta.on_hand > 0, now=cause.at)
            events.stock_changed(stock=stock, now=cause.at)
    soldout.watch((stock, deltas[stock.sku].gained) for stock in moved)
    return moved


def _refusal(sku: str, delta: Delta) -> Invalid | Missing:
    stock = Stock.objects.filter(sku=sku).first()
    if stock is None:
        return Missing("No such SKU")
    if delta.on_hand > 0:
        return invalid_field("delta", f"At most {moving.MOST_UNITS} units can be counted.")
    requested = max(delta.held, -delta.on_hand)
    return StockUnavailable(sku=sku, requested=requested, available=stock.quantity)
