"""GET /orders/, GET /orders/{id}/, POST /orders/{id}/cancel/."""

from uuid import uuid4

import pytest
from django.utils import timezone

from backend.inventory.models import LedgerEntry, Stock
from backend.orders.models import Order
from backend.outbox.models import Event
from tests.orders.conftest import addresses, fill_cart
from tests.orders.steps import pay, ship

pytestmark = pytest.mark.django_db


def test_my_orders_are_listed_newest_first(as_alice, alice, mug, order):
    fill_cart(as_alice, mug)
    newer = as_alice.post("orders/", addresses(alice)).json()

    answer = as_alice.get("orders/")

    assert answer.status_code == 200
    page = answer.json()
    assert {key: page[key] for key in ("count", "next", "previous")} == {
        "count": 2,
        "next": None,
        "previous": None,
    }
    assert page["results"][0] == {
        "id": newer["id"],
        "order_number": newer["order_number"],
        "status": "pending",
        "total_amount": "2754.98",
        "item_count": 1,
        "created_at": newer["created_at"],
        "updated_at": newer["created_at"],
    }
    assert page["results"][1]["item_count"] == 2


def test_the_list_can_be_ordered_and_paged(as_alice, alice, mug, order):
    fill_cart(as_alice, mug)
    as_alice.post("orders/", addresses(alice))

    page = as_alice.get("orders/?ordering=-total_amount&page_size=1&page=2").json()

    assert [row["item_count"] for row in page["results"]] == [1]
    assert page["previous"].endswith("ordering=-total_amount&page_size=1&page=1")
    assert as_alice.get("orders/?page=2").status_code == 404


@pytest.mark.parametrize("query", ["ordering=color", "page=0", "page_size=101", "page=x", "page=%00"])
def test_a_wrong_query_is_refused(as_alice, query):
    answer = as_alice.get(f"orders/?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")


def test_the_list_takes_a_fixed_number_of_queries(as_alice, order, django_assert_num_queries):
    with django_assert_num_queries(3):
        as_alice.get("orders/")


def test_bob_sees_none_of_alices_orders(as_bob, order):
    assert as_bob.get("orders/").json()["results"] == []
    answer = as_bob.get(f"orders/{order.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_staff_see_any_order(as_staff, as_alice, order):
    assert as_staff.get(f"orders/{order.pk}/").json() == as_alice.get(f"orders/{order.pk}/").json()


def test_an_unknown_order_is_missing(as_alice):
    assert as_alice.get(f"orders/{uuid4()}/").status_code == 404
    assert as_alice.post(f"orders/{uuid4()}/cancel/").status_code == 404
    assert as_alice.get("orders/not-a-uuid/").json()["code"] == "not_found"


def test_guests_see_nothing(as_guest, order):
    for answer in (as_guest.get("orders/"), as_guest.get(f"orders/{order.pk}/")):
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert as_guest.post(f"orders/{order.pk}/cancel/").status_code == 401


def test_cancelling_frees_the_units(as_alice, order):
    answer = as_alice.post(f"orders/{order.pk}/cancel/")

    shown = as_alice.get(f"orders/{order.pk}/").json()
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Order cancelled successfully",
        "order": {"id": str(order.pk), "status": "cancelled", "created_at": shown["created_at"]},
    }
    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (5, 0)
    assert [line["status"] for line in shown["status_history"]] == ["pending", "cancelled"]
    assert shown["expires_at"] is None
    assert Event.objects.filter(topic=f"order:{order.pk}").last().event == "order.cancelled"


def test_cancelling_a_paid_order_puts_the_units_back(as_alice, order):
    pay(order)

    assert as_alice.post(f"orders/{order.pk}/cancel/").status_code == 200

    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (5, 0)
    assert LedgerEntry.objects.filter(order_id=order.pk, reason="restock").count() == 1


def test_a_shipped_order_stays(as_alice, order, staff):
    pay(order)
    ship(order, staff)

    answer = as_alice.post(f"orders/{order.pk}/cancel/")

    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Cannot cancel order in shipped status",
        "code": "invalid_transition",
        "details": {"status": "shipped"},
    }
    assert Order.objects.get().status == "shipped"


def test_bob_cannot_cancel_alices_order(as_bob, order):
    assert as_bob.post(f"orders/{order.pk}/cancel/").status_code == 403
    assert Order.objects.get().status == "pending"


def test_a_second_cancel_is_refused(as_alice, order):
    as_alice.post(f"orders/{order.pk}/cancel/")

    answer = as_alice.post(f"orders/{order.pk}/cancel/")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_transition")
    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (5, 0)


def test_cancelling_is_dated_now(as_alice, order):
    before = timezone.now()
    as_alice.post(f"orders/{order.pk}/cancel/")

    assert Order.objects.get().updated_at >= before
