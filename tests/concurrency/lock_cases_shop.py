"""What carts, orders, stock and the catalogue lock."""

from datetime import timedelta
from functools import partial

from backend.cart import actions as carts
from backend.catalog import actions as catalog
from backend.catalog.drafts import ProductDraft, VariantDraft
from backend.inventory import actions as inventory
from backend.orders import actions as orders
from backend.orders import carrier
from backend.reviews import actions as reviews
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


DRAFT = ProductDraft(
    name="Chair",
    sku="CHAIR",
    slug="chair",
    price="9.00",
    variants=(VariantDraft(name="Tall", sku="CHAIR-9"), VariantDraft(name="Low", sku="CHAIR-10")),
)


@case("catalog.actions.create_product", ["product", "stock CHAIR-10", "stock CHAIR-9"])
def with_two_variants(stall: Stall) -> Act:
    return partial(catalog.create_product, draft=DRAFT, actor_id=None, now=stall.now)


@case("catalog.actions.change_product", ["product", "stock DESK", "stock DESK-10", "stock DESK-2"])
def its_threshold(stall: Stall) -> Act:
    slug, changes = stall.desk().slug, {"low_stock_threshold": 7}
    return partial(catalog.change_product, slug=slug, changes=changes, actor_id=None, now=stall.now)


@case(
    "catalog.actions.update_product",
    ["product", "stock DESK", "stock DESK-0", "stock DESK-10", "stock DESK-2"],
)
def its_variants(stall: Stall) -> Act:
    desk = stall.desk()
    names = ("DESK-2", "DESK-0")
    draft = ProductDraft(
        name="Desk",
        sku="DESK",
        price="1.00",
        low_stock_threshold=1,
        variants=tuple(VariantDraft(name=f"{sku} oak", sku=sku) for sku in names),
    )
    return partial(catalog.update_product, slug=desk.slug, draft=draft, actor_id=None, now=stall.now)


@case("catalog.actions.deactivate_product", ["product"])
def one_on_sale(stall: Stall) -> Act:
    return partial(catalog.deactivate_product, slug=stall.desk().slug, now=stall.now)


@case("catalog.actions.refresh_category", ["product"])
def a_renamed_one(stall: Stall) -> Act:
    category = factories.category()
    for sku in ("Z", "A"):
        factories.product(sku=sku, category=category)
    return partial(catalog.refresh_category, category_id=category.pk, now=stall.now)


@case("reviews.actions.add_review", ["product"])
def of_a_thing_bought(stall: Stall) -> Act:
    stall.paid()
    return partial(
        reviews.add_review, user=stall.alice, slug="mug-9", rating=5, title="", comment="", now=stall.now
    )


@case("reviews.actions.moderate_review", ["product"])
def to_be_hidden(stall: Stall) -> Act:
    review = of_a_thing_bought(stall)()
    return partial(reviews.moderate_review, review_id=review.pk, is_approved=False, now=stall.now)
