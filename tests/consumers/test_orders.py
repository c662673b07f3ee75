"""/ws/orders/ and /ws/orders/{id}/: the caller's orders, everybody's for staff, or one in full."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.cart import actions as cart
from backend.core import clock
from backend.orders import actions as orders
from tests import factories

NOT_YOURS = {"type": "error", "code": "permission_denied", "error": "Not your order"}


def place(user, product, *, now=None):
    now = now or timezone.now()
    cart.add_item(user_id=user.pk, product_id=product.pk, variant_id=None, quantity=1, now=now)
    address = factories.address(user)
    return orders.place_order(
        user=user, shipping_address_id=address.pk, billing_address_id=address.pk, now=now
    )


def cancel(order, user):
    orders.cancel_order(order_id=order.pk, user=user, note="", now=timezone.now())


@pytest.fixture
def mug(transactional_db):
    return factories.product(sku="MUG", quantity=100)


def test_an_order_is_followed_in_full(shop, as_alice, alice, mug, tell):
    order = place(alice, mug)
    ears = shop.listen(f"orders/{order.pk}/", alice)
    at_first = as_alice.get(f"orders/{order.pk}/").json()
    snapshot = ears.frame()  # before anything changes, else it may show the change already

    cancel(order, alice)
    tell()
    update = ears.frame()

    topic = f"order:{order.pk}"
    assert snapshot == {"type": "snapshot", "topic": topic, "version": 1, "data": at_first}
    assert update.pop("at").endswith("Z")
    assert update == {
        "type": "update",
        "topic": topic,
        "event": "order.cancelled",
        "version": 2,
        "data": as_alice.get(f"orders/{order.pk}/").json(),
    }


def test_an_order_is_its_owners_and_the_staffs(shop, alice, bob, staff, mug):
    order = place(alice, mug)

    assert shop.listen(f"orders/{order.pk}/", staff).frame()["data"]["id"] == str(order.pk)
    for path in (f"orders/{order.pk}/", f"orders/{uuid4()}/", "orders/nonsense/"):
        assert shop.listen(path, bob).end() == (3507, [NOT_YOURS])


def test_the_list_begins_with_summaries_and_goes_on_with_each_change(shop, as_alice, alice, mug, tell):
    first = place(alice, mug)
    ears = shop.listen("orders/", alice)
    snapshot = ears.frame()
    at_first = as_alice.get("orders/").json()["results"]

    second = place(alice, mug)
    cancel(first, alice)
    tell()
    created, cancelled = ears.frames(2)

    topic = f"orders:{alice.pk}"
    assert snapshot == {"type": "snapshot", "topic": topic, "version": 1, "data": at_first}
    assert (created["topic"], created["event"], created["version"]) == (topic, "order.created", 2)
    assert created["data"]["id"] == str(second.pk)
    assert (cancelled["event"], cancelled["version"]) == ("order.cancelled", 3)
    assert cancelled["data"]["status"] == "cancelled"


def test_staff_see_everybodys(shop, alice, bob, staff, mug, tell):
    order = place(alice, mug)
    ears = shop.listen("orders/?scope=all", staff)
    snapshot = ears.frame()

    place(bob, mug)
    tell()
    update = ears.frame()

    assert (snapshot["topic"], [row["id"] for row in snapshot["data"]]) == ("orders:all", [str(order.pk)])
    assert update["version"] == snapshot["version"] + 1
    assert update["data"]["customer"] == {"id": str(bob.pk), "email": bob.email}


def test_a_customer_hears_nothing_of_others(shop, alice, bob, mug, tell):
    ears = shop.listen("orders/", alice)
    snapshot = ears.frame()

    place(bob, mug)
    mine = place(alice, mug)
    tell()

    update = ears.frame()
    assert (snapshot["version"], snapshot["data"]) == (0, [])
    assert (update["version"], update["data"]["id"]) == (1, str(mine.pk))


def test_all_are_told_when_it_was_written(shop, alice, staff, mug, tell):
    then = timezone.now() - timedelta(hours=1, microseconds=7)
    ears = [shop.listen(path, alice) for path in ("orders/", "cart/", "stock/?sku=MUG")]
    ears += [shop.listen(path, staff) for path in ("orders/?scope=all", "staff/")]
    for one in ears:
        one.frame()

    place(alice, mug, now=then)
    tell()

    assert [one.frame()["at"] for one in ears] == [clock.text(then)] * 5
