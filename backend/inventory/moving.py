"""How stock moves: all SKUs of one cause, and their lines in the ledger, in one statement and one round trip.

SKUs are locked in sorted order and last in the caller's transaction (the lock order), so that a hot row is
locked for as short as can be. The CHECK `stock_held_within_on_hand` stands behind the condition.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from backend.core import rows
from backend.inventory.models import Stock

MOST_UNITS = 2**31 - 1  # what the columns hold
# Only as much as leaves 0 <= held <= on_hand <= MOST_UNITS: no row back means that there were too few
# units, or too many to count. Judged by the row as it is once it is locked: the UPDATE's own view of it is
# older where somebody was waited for. The sums are numeric: an absurd one is compared and not an error.
_MOVE = """
WITH locked AS (
    SELECT stock.sku, wanted.on_hand AS delta_on_hand, wanted.held AS delta_held,
           stock.on_hand + wanted.on_hand AS on_hand, stock.held + wanted.held AS held
      FROM unnest(%(skus)s::text[], %(on_hand)s::numeric[], %(held)s::numeric[])
        AS wanted (sku, on_hand, held)
      JOIN inventory_stock AS stock ON stock.sku = wanted.sku
     ORDER BY stock.sku COLLATE "C" FOR UPDATE OF stock
), moved AS (
    UPDATE inventory_stock AS stock
       SET on_hand = locked.on_hand, held = locked.held, version = version + 1
      FROM locked
     WHERE stock.sku = locked.sku AND locked.held >= 0 AND locked.held <= locked.on_hand
       AND locked.on_hand <= %(most)s
    RETURNING stock.*, delta_on_hand, delta_held
), noted AS (
    INSERT INTO inventory_ledgerentry
           (stock_id, at, delta_on_hand, delta_held, reason, note, order_id, actor_id)
    SELECT sku, %(at)s::timestamptz, delta_on_hand, delta_held,
           %(reason)s, %(note)s, %(order_id)s::uuid, %(actor_id)s::uuid
      FROM moved
)
SELECT sku, product, variant, on_hand, held, version, threshold, low_alerted
  FROM moved ORDER BY sku COLLATE "C"
"""
_COLUMNS = ["sku", "product", "variant", "on_hand", "held", "version", "threshold", "low_alerted"]


@dataclass(frozen=True, kw_only=True)
class Delta:
    """How many units more there are on hand, and held."""

    on_hand: int = 0
    held: int = 0

    @property
    def gained(self) -> int:
        """How many more can be sold."""
        return self.on_hand - self.held


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What the ledger keeps of a change besides the numbers: why, when, by whom, for which order."""

    reason: str
    at: datetime
    actor_id: UUID | None
    order_id: UUID | None = None
    note: str = ""


def move(deltas: Mapping[str, Delta], cause: Cause) -> list[Stock]:
    """Change these SKUs, and return their rows as they are now; one that can't change so is left out.

    Locks the SKUs in sorted order, those that are left out too.
    """
    moved = rows.fetch_by_key(
        _MOVE,
        skus=list(deltas),
        on_hand=[delta.on_hand for delta in deltas.values()],
        held=[delta.held for delta in deltas.values()],
        most=MOST_UNITS,
        **asdict(cause),
    )
    return [Stock.from_db(connection.alias, _COLUMNS, values) for values in moved]
