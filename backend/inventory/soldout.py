"""Whether a product can be bought at all, kept on the shelf in the transaction in which that changes.

Two buyers may take the last units of two variants at once. Each sees the other's as unsold, until it has
locked the product's place: who comes second looks when the first has committed, and sees nothing left.
"""

from collections.abc import Collection, Iterable

from django.db.models import F

from backend.inventory.models import Stock
from backend.shelf import actions as shelf
from backend.shelf import queries as places


def watch(changes: Iterable[tuple[Stock, int]]) -> None:
    """Look at stock that gained so many units: SKUs that ran out or came back may turn their product.

    All the SKUs that the transaction changes are locked already; their places are locked now, in order.
    """
    crossed = {
        stock.product for stock, gained in changes if (stock.quantity > 0) != (stock.quantity > gained)
    }
    if crossed:
        locked = places.lock_labelled(crossed)
        shelf.turn(places=locked, buyable=buyable(crossed))


def buyable(products: Collection[str]) -> set[str]:
    """Those of these products of which some SKU has units left."""
    left = Stock.objects.filter(product__in=products, held__lt=F("on_hand"))
    return set(left.values_list("product", flat=True))
