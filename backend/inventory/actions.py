"""Every change of stock. Each moves one row by one conditional UPDATE and leaves a line in the ledger.

SKUs are touched in sorted order and last in the caller's transaction (the lock order), so that a hot row is
locked for one round trip. The CHECK `stock_held_within_on_hand` stands behind the condition.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from backend.core import transactions
from backend.core.errors import Conflict, Invalid, Missing, invalid_field
from backend.inventory import events, lowstock, queries, soldout
from backend.inventory.models import LedgerEntry, Stock

Reason = LedgerEntry.Reason

MOST_UNITS = 2**31 - 1  # what the columns hold
# Only as much as leaves 0 <= held <= on_hand <= MOST_UNITS: no row back means that there were too few
# units, or too many to count. The sums are bigint, so that an absurd one is compared and not an error.
_MOVE = """
UPDATE inventory_stock
   SET on_hand = on_hand + %(on_hand)s, held = held + %(held)s, version = version + 1
 WHERE sku = %(sku)s AND held::bigint + %(held)s >= 0
   AND held::bigint + %(held)s <= on_hand::bigint + %(on_hand)s
   AND on_hand::bigint + %(on_hand)s <= %(most)s
RETURNING *
"""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What the ledger keeps of a change besides the numbers: why, when, by whom, for which order."""

    reason: str
    at: datetime
    actor_id: UUID | None
    order_id: UUID | None = None
    note: str = ""


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
    _record(locked, quantity, 0, Cause(reason=Reason.OPENING, actor_id=actor_id, at=now))
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
    _move_all(units, on_hand=0, held=1, cause=cause)


def release(*, units: Mapping[str, int], order_id: UUID, actor_id: UUID | None, now: datetime) -> None:
    """Give held units back to sale. Locks the SKUs in sorted order."""
    cause = Cause(reason=Reason.RELEASE, order_id=order_id, actor_id=actor_id, at=now)
    _move_all(units, on_hand=0, held=-1, cause=cause)


def sell(*, units: Mapping[str, int], order_id: UUID, actor_id: UUID | None, now: datetime) -> None:
    """Turn a hold into a sale: the units leave. Locks the SKUs in sorted order."""
    cause = Cause(reason=Reason.SALE, order_id=order_id, actor_id=actor_id, at=now)
    _move_all(units, on_hand=-1, held=-1, cause=cause)


def restock(*, units: Mapping[str, int], order_id: UUID, actor_id: UUID | None, now: datetime) -> None:
    """Sold units that never left come back to the shelf. Locks the SKUs in sorted order."""
    cause = Cause(reason=Reason.RESTOCK, order_id=order_id, actor_id=actor_id, at=now)
    _move_all(units, on_hand=1, held=0, cause=cause)


def take_back(*, units: Mapping[str, int], order_id: UUID, actor_id: UUID | None, now: datetime) -> None:
    """Returned units go back to the shelf. Locks the SKUs in sorted order."""
    cause = Cause(reason=Reason.RETURN, order_id=order_id, actor_id=actor_id, at=now)
    _move_all(units, on_hand=1, held=0, cause=cause)


@transactions.retried
def adjust(*, sku: str, delta: int, note: str, actor_id: UUID | None, now: datetime) -> Stock:
    """Correct the units on hand, with a reason in words. Held units stay.

    Locks the SKU. Raises Missing for an unknown one, StockUnavailable when fewer than `-delta` are free.
    """
    cause = Cause(reason=Reason.ADJUSTMENT, note=note, actor_id=actor_id, at=now)
    stock = _move(sku, delta, 0, cause)
    soldout.watch([(stock, delta)])
    return stock


@transactions.retried
def _move_all(units: Mapping[str, int], *, on_hand: int, held: int, cause: Cause) -> None:
    """Move each SKU's units by (`on_hand`, `held`) times their number, all or none."""
    moved = [
        (_move(sku, on_hand * number, held * number, cause), (on_hand - held) * number)
        for sku, number in sorted(units.items())
    ]
    soldout.watch(moved)


def _move(sku: str, on_hand: int, held: int, cause: Cause) -> Stock:
    moved = list(Stock.objects.raw(_MOVE, {"sku": sku, "on_hand": on_hand, "held": held, "most": MOST_UNITS}))
    if not moved:
        raise _refusal(sku, on_hand, held)
    stock = moved[0]
    _record(stock, on_hand, held, cause)
    lowstock.watch(stock=stock, gained=on_hand - held, restocked=on_hand > 0, now=cause.at)
    events.stock_changed(stock=stock, now=cause.at)
    return stock


def _refusal(sku: str, on_hand: int, held: int) -> Invalid | Missing:
    stock = Stock.objects.filter(sku=sku).first()
    if stock is None:
        return Missing("No such SKU")
    if on_hand > 0:
        return invalid_field("delta", f"At most {MOST_UNITS} units can be counted.")
    return StockUnavailable(sku=sku, requested=max(held, -on_hand), available=stock.quantity)


def _record(stock: Stock, on_hand: int, held: int, cause: Cause) -> None:
    LedgerEntry.objects.create(stock=stock, delta_on_hand=on_hand, delta_held=held, **asdict(cause))
