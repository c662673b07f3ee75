"""Many buyers at one moment, over real HTTP: what is there is sold, and never twice."""

import time
from collections import Counter

import pytest

from backend.cart.models import Cart, CartItem
from backend.inventory.models import LedgerEntry
from backend.orders.models import Order, OrderItem, StatusChange
from backend.outbox.models import Event, FeedEntry
from backend.payments.models import Payment
from tests import factories
from tests.concurrency.buyers import Buyer, Call, all_at_once, books, check_out_all, mismatches, refusals

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def timed(call: Call, ended: list[float]) -> Call:
    """The same call, which also notes when it was answered."""

    async def make(client):
        answer = await call(client)
        ended.append((answer.status_code, time.monotonic()))
        return answer

    return make


def test_a_hundred_units_and_two_hundred_buyers_are_a_hundred_orders(shops, capsys):
    product = factories.product(sku="HOT", quantity=100)
    buyers, ended = [Buyer(product) for _ in range(200)], []
    started = time.monotonic()

    answers = all_at_once(shops, [timed(buyer.check_out(), ended) for buyer in buyers])

    assert Counter(answer.status_code for answer in answers) == {201: 100, 400: 100}
    assert [
        (refusal["code"], refusal["details"]["requested"], refusal["details"]["available"])
        for refusal in refusals(answers)
    ] == [("stock_unavailable", 1, 0)] * 100
    assert books("HOT") == ({"on_hand": 100, "held": 100}, {"on_hand": 100, "held": 100})
    assert LedgerEntry.objects.filter(stock="HOT", reason="hold").count() == 100
    assert len({answer.json()["order_number"] for answer in answers if answer.status_code == 201}) == 100
    told = Event.objects.filter(topic="stock:HOT").values_list("version", flat=True)
    assert sorted(told) == list(range(2, 102)), "each version of the row, once"
    assert mismatches() == []
    last = {status: max(at for one, at in ended if one == status) - started for status in (201, 400)}
    with capsys.disabled():
        print(f" last unit after {last[201]:.2f} s, last refusal after {last[400]:.2f} s", end=" ")


def test_whoever_loses_the_last_unit_leaves_nothing_behind(shops):
    product, other = factories.product(sku="LAST", quantity=1), factories.product(sku="BESIDE", quantity=99)
    buyers = [Buyer(other, product) for _ in range(30)]

    answers = check_out_all(shops, buyers)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 400: 29}
    assert books("LAST") == ({"on_hand": 1, "held": 1}, {"on_hand": 1, "held": 1})
    assert books("BESIDE") == ({"on_hand": 99, "held": 1}, {"on_hand": 99, "held": 1})
    assert (Order.objects.count(), OrderItem.objects.count(), StatusChange.objects.count()) == (1, 2, 1)
    assert LedgerEntry.objects.exclude(order_id=None).count() == 2
    assert not Payment.objects.exists()
    assert Event.objects.filter(topic__startswith="order:").count() == 1
    assert FeedEntry.objects.filter(topic="orders:all").count() == 1
    assert CartItem.objects.count() == 58
    assert Counter(Cart.objects.values_list("version", flat=True)) == {1: 29, 2: 1}


def test_carts_of_three_never_sell_the_unit_that_is_left_over(shops):
    product = factories.product(sku="TRIO", quantity=50)
    buyers = [Buyer(product, quantity=3) for _ in range(40)]

    answers = check_out_all(shops, buyers)

    assert Counter(answer.status_code for answer in answers) == {201: 16, 400: 24}
    assert {tuple(sorted(one["details"].items())) for one in refusals(answers) if one["details"]} <= {
        (("available", left), ("requested", 3), ("sku", "TRIO")) for left in range(3)
    } | {(("available", left), ("requested", 3)) for left in range(3)}
    assert books("TRIO") == ({"on_hand": 50, "held": 48}, {"on_hand": 50, "held": 48})


def test_carts_filled_in_opposite_order_do_not_deadlock(shops):
    one, two = factories.product(sku="ONE", quantity=20), factories.product(sku="TWO", quantity=20)
    buyers = [Buyer(*((one, two) if number % 2 else (two, one))) for number in range(60)]

    answers = check_out_all(shops, buyers)

    assert Counter(answer.status_code for answer in answers) == {201: 20, 400: 40}
    assert Order.objects.count() == 20
    for sku in ("ONE", "TWO"):
        assert books(sku) == ({"on_hand": 20, "held": 20}, {"on_hand": 20, "held": 20})


def test_a_refused_second_sku_gives_the_first_one_back(shops):
    plenty, scarce = factories.product(sku="PLENTY", quantity=99), factories.product(sku="SCARCE", quantity=5)
    buyers = [Buyer(plenty, scarce) for _ in range(40)]

    answers = check_out_all(shops, buyers)

    assert Counter(answer.status_code for answer in answers) == {201: 5, 400: 35}
    assert books("PLENTY") == ({"on_hand": 99, "held": 5}, {"on_hand": 99, "held": 5})
    assert books("SCARCE") == ({"on_hand": 5, "held": 5}, {"on_hand": 5, "held": 5})


def test_one_key_sent_twenty_times_at_once_makes_one_order(shops):
    buyer = Buyer(factories.product(sku="KEYED", quantity=50))

    answers = all_at_once(shops, [buyer.check_out(Idempotency_Key="once")] * 20)

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[201] == 1
    assert set(statuses) <= {200, 201, 409}
    told = [answer.json() for answer in answers if answer.status_code in (200, 201)]
    assert told == [told[0]] * len(told)
    assert all(
        answer.headers["Idempotency-Replayed"] == "true" for answer in answers if answer.status_code == 200
    )
    assert Order.objects.count() == 1
    assert books("KEYED") == ({"on_hand": 50, "held": 1}, {"on_hand": 50, "held": 1})


def test_one_cart_checked_out_twenty_times_at_once_is_one_order(shops):
    buyer = Buyer(factories.product(sku="SINGLE", quantity=50))

    answers = check_out_all(shops, [buyer] * 20)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 400: 19}
    assert {refusal["code"] for refusal in refusals(answers)} == {"cart_empty"}
    assert books("SINGLE") == ({"on_hand": 50, "held": 1}, {"on_hand": 50, "held": 1})
