"""A cart that is changed, or checked out again, while it is checked out: every unit is ordered once."""

from collections import Counter

import pytest
from django.db.models import Sum

from backend.cart.models import CartItem
from backend.orders.models import Order, OrderItem
from tests import factories
from tests.concurrency.buyers import Buyer, all_at_once, books, mismatches, refusals

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
BUYERS = 6


def ordered(buyer):
    return OrderItem.objects.filter(order__user=buyer.user).aggregate(sum=Sum("quantity"))["sum"] or 0


def left(buyer):
    lines = CartItem.objects.filter(cart__user=buyer.user)
    return lines.aggregate(sum=Sum("quantity"))["sum"] or 0


def test_one_cart_with_twenty_keys_over_two_processes_is_one_order(shops):
    buyer = Buyer(factories.product(sku="KEYS", quantity=50), quantity=2)

    answers = all_at_once(shops, [buyer.check_out(Idempotency_Key=f"key-{n}") for n in range(20)])

    assert Counter(answer.status_code for answer in answers) == {201: 1, 400: 19}
    assert {refusal["code"] for refusal in refusals(answers)} == {"cart_empty"}
    assert Order.objects.get().item_count == 2
    assert books("KEYS") == ({"on_hand": 50, "held": 2}, {"on_hand": 50, "held": 2})


def test_units_put_in_during_checkout_are_ordered_or_stay_in_the_cart(shops):
    product = factories.product(sku="MORE", quantity=500)
    buyers = [Buyer(product) for _ in range(BUYERS)]
    one_more = {"product_id": str(product.pk), "quantity": 1}
    calls = []
    for buyer in buyers:
        adds = [buyer.call("POST", "cart/items/", one_more) for _ in range(8)]
        calls += [*adds[:4], buyer.check_out(), *adds[4:], buyer.check_out()]

    answers = all_at_once(shops, calls)

    assert {answer.status_code for answer in answers} <= {200, 201, 400}
    assert {one["code"] for one in refusals(answers) if "code" in one} <= {"cart_empty"}
    assert [ordered(buyer) + left(buyer) for buyer in buyers] == [9] * BUYERS
    assert books("MORE")[0] == {"on_hand": 500, "held": sum(ordered(buyer) for buyer in buyers)}
    assert mismatches() == []


def test_a_quantity_changed_during_checkout_counts_before_or_not_at_all(shops):
    product = factories.product(sku="FIVE", quantity=500)
    buyers = [Buyer(product) for _ in range(BUYERS)]
    calls = []
    for buyer in buyers:
        path = f"cart/items/{buyer.lines[0].pk}/"
        calls += [buyer.call("PUT", path, {"quantity": 5}), buyer.check_out()]
        calls += [buyer.call("PUT", path, {"quantity": 7})]

    answers = all_at_once(shops, calls)

    checkouts, changes = answers[1::3], answers[0::3] + answers[2::3]
    assert {answer.status_code for answer in checkouts} == {201}
    assert {answer.status_code for answer in changes} <= {200, 404}
    assert {ordered(buyer) for buyer in buyers} <= {1, 5, 7}
    assert [left(buyer) for buyer in buyers] == [0] * BUYERS
    for buyer, answer in zip(buyers, checkouts, strict=True):
        assert answer.json()["items"][0]["quantity"] == ordered(buyer)
    assert books("FIVE")[0] == {"on_hand": 500, "held": sum(ordered(buyer) for buyer in buyers)}


def test_lines_taken_out_during_checkout_are_in_the_order_or_out_of_it(shops):
    goods = [factories.product(sku=sku, quantity=99) for sku in ("KEEP", "DROP")]
    buyers = [Buyer(*goods) for _ in range(BUYERS)]
    calls = []
    for buyer in buyers:
        calls += [buyer.check_out(), buyer.call("DELETE", f"cart/items/{buyer.lines[1].pk}/")]

    answers = all_at_once(shops, calls)

    orders = [{item["product_sku"] for item in answer.json()["items"]} for answer in answers[::2]]
    gone = [answer.status_code in (200, 204) for answer in answers[1::2]]
    assert orders == [{"KEEP"} if is_gone else {"KEEP", "DROP"} for is_gone in gone]
    assert books("DROP")[0]["held"] == gone.count(False)


def test_one_sku_put_in_twenty_times_at_once_is_one_line(shops):
    product = factories.product(sku="LINE", quantity=15)
    buyer = Buyer()
    body = {"product_id": str(product.pk), "quantity": 1}

    answers = all_at_once(shops, [buyer.call("POST", "cart/items/", body)] * 20)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 14, 400: 5}
    assert CartItem.objects.values_list("sku", "quantity").get() == ("LINE", 15)
