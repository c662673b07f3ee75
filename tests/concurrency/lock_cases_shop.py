"""What carts, orders and stock lock."""

from datetime import timedelta
from functools import partial

from backend.cart import actions as carts
from backend.inventory import actions as inventory
from backend.inventory.models import Stock
from backend.orders import actions as orders
from backend.orders import carrier
from tests import factories
from tests.concurrency.stall import SKUS, STOCK, Act, Stall, case

UNITS = dict.fromkeys(["MUG-9", "a-lamp", "MUG-10", "DESK-2", "DESK-10"], 1)
assert sorted(UNITS) == SKUS != list(UNITS)


@case("cart.actions.add_item", ["cart"])
def to_a_cart_not_made_yet(stall: Stall) -> Act:
    product = factories.product()
    return partial(
        carts.add_item,
        user_id=stall.alice.pk,
        product_id=product.pk,
        variant_id=None,
        quantity=1,
        now=stall.now,
    )


@case("cart.actions.set_quantity", ["cart"])
def of_a_line(stall: Stall) -> Act:
    line = stall.fill_cart()[0]
    return partial(carts.set_quantity, user_id=stall.alice.pk, item_id=line.pk, quantity=3, now=stall.now)


@case("cart.actions.remove_item", ["cart"])
def a_line(stall: Stall) -> Act:
    line = stall.fill_cart()[0]
    return partial(carts.remove_item, user_id=stall.alice.pk, item_id=line.pk, now=stall.now)


@case("cart.actions.clear", ["cart"])
def a_full_cart(stall: Stall) -> Act:
    stall.fill_cart()
    return partial(carts.clear, user_id=stall.alice.pk, now=stall.now)


@case("orders.actions.place_order", ["cart", "order", *STOCK])
def five_skus(stall: Stall) -> Act:
    return partial(orders.place_order, **stall.checkout())


@case("orders.actions.place_order", ["cart", "order", *STOCK, "place"])
def the_last_units_of_two(stall: Stall) -> Act:
    fields = stall.checkout()
    Stock.objects.filter(sku__in=["MUG-9", "a-lamp"]).update(on_hand=1)
    return partial(orders.place_order, **fields)


@case("orders.actions.cancel_order", ["order", *STOCK])
def unpaid_by_its_owner(stall: Stall) -> Act:
    order_id = stall.order().pk
    return partial(orders.cancel_order, order_id=order_id, user=stall.alice, note="", now=stall.now)


@case("orders.actions.cancel_order", ["order", *STOCK])
def paid_by_staff(stall: Stall) -> Act:
    order_id = stall.paid().order_id
    return partial(orders.cancel_order, order_id=order_id, user=stall.staff, note="", now=stall.now)


@case("orders.actions.expire", ["order", *STOCK])
def a_late_order(stall: Stall) -> Act:
    return partial(orders.expire, order_id=stall.late_order().pk, now=stall.now)


@case("orders.actions.tell_expiring", ["order"])
def an_order_that_waits(stall: Stall) -> Act:
    return partial(orders.tell_expiring, order_id=stall.order().pk, now=stall.now)


@case("orders.actions.ship_order", ["order"])
def a_paid_order(stall: Stall) -> Act:
    parcel = {"tracking_number": "1Z9", "carrier": "UPS"}
    order_id = stall.paid().order_id
    return partial(orders.ship_order, order_id=order_id, **parcel, actor=stall.staff, now=stall.now)


@case("orders.actions.deliver_order", ["order"])
def a_parcel(stall: Stall) -> Act:
    return partial(orders.deliver_order, order_id=stall.shipped().pk, actor=stall.staff, now=stall.now)


@case("orders.carrier.deliver", ["order"])
def as_the_carrier_says(stall: Stall) -> Act:
    stall.shipped()
    return partial(
        carrier.deliver, event_id="c1", tracking_number="1Z9", at=stall.now, now=stall.now + timedelta(1)
    )


@case("orders.actions.return_order", ["order", *STOCK])
def a_delivered_order(stall: Stall) -> Act:
    order = stall.shipped()
    orders.deliver_order(order_id=order.pk, actor=stall.staff, now=stall.now)
    return partial(orders.return_order, order_id=order.pk, actor=stall.staff, now=stall.now)


@case("inventory.actions.adjust", ["stock MUG-9"])
def one_sku(stall: Stall) -> Act:
    stall.fill_cart()
    return partial(inventory.adjust, sku="MUG-9", delta=-1, note="lost", actor_id=None, now=stall.now)


@case("inventory.actions.adjust", ["stock MUG-9", "place"])
def the_last_unit(stall: Stall) -> Act:
    stall.fill_cart()
    return partial(inventory.adjust, sku="MUG-9", delta=-10, note="lost", actor_id=None, now=stall.now)


@case("inventory.actions.open_stock", ["stock NEW"])
def a_new_sku(stall: Stall) -> Act:
    return partial(
        inventory.open_stock,
        sku="NEW",
        product="new",
        variant=None,
        quantity=5,
        threshold=None,
        actor_id=None,
        now=stall.now,
    )


@case("inventory.actions.relabel", ["stock MUG-9"])
def another_threshold(stall: Stall) -> Act:
    stall.fill_cart()
    return partial(inventory.relabel, sku="MUG-9", product="mug-9", variant=None, threshold=4, now=stall.now)


@case("inventory.actions.relabel")
def labels_that_stay(stall: Stall) -> Act:
    stall.fill_cart()
    return partial(inventory.relabel, sku="MUG-9", product="mug-9", variant=None, threshold=0, now=stall.now)


for move in ("hold", "release", "sell", "restock", "take_back"):

    @case(f"inventory.actions.{move}", STOCK)
    def of_five_skus(stall: Stall, action: str = move) -> Act:
        order = stall.order()
        return partial(
            getattr(inventory, action), units=UNITS, order_id=order.pk, actor_id=None, now=stall.now
        )
