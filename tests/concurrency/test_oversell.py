"""Many buyers at one moment, over real HTTP: what is there is sold, and never twice."""

import asyncio
from collections import Counter

import httpx
import pytest
from django.db.models import Sum
from django.utils import timezone

from backend.accounts import actions as accounts
from backend.accounts import tokens
from backend.cart.models import Cart, CartItem
from backend.inventory.models import LedgerEntry, Stock
from backend.orders.models import Order
from tests import factories, live

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def shop(django_db_setup, tmp_path_factory):
    with live.web(log=tmp_path_factory.mktemp("web") / "web.log") as url:
        yield url


class Buyer:
    """Somebody with a full cart, an address and a token."""

    def __init__(self, *products, quantity=1):
        now = timezone.now()
        self.user = factories.user()
        self.address = str(factories.address(self.user).pk)
        session = accounts.open_session(user=self.user, now=now)
        self.token = tokens.access_token(user=self.user, session=session, now=now)
        cart = Cart.objects.create(user=self.user, updated_at=now)
        for product in products:
            CartItem.objects.create(
                cart=cart,
                product=product,
                sku=product.sku,
                quantity=quantity,
                price_when_added=product.price,
            )

    async def check_out(self, client, **headers):
        body = {"shipping_address_id": self.address, "billing_address_id": self.address}
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        return await client.post("/api/v1/orders/", json=body, headers=headers)


def all_at_once(url, calls):
    """The answers of the calls, which are all under way together."""

    async def run():
        limits = httpx.Limits(max_connections=len(calls))
        async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits, trust_env=False) as client:
            return await asyncio.gather(*(call(client) for call in calls))

    return asyncio.run(run())


def check_out_all(url, buyers):
    return all_at_once(url, [buyer.check_out for buyer in buyers])


def refusals(answers):
    """The distinct bodies of the answers that are no order."""
    return [answer.json() for answer in answers if answer.status_code != 201]


def books(sku):
    """The stock row, and the sums of its ledger beside it."""
    row = Stock.objects.get(sku=sku)
    entries = LedgerEntry.objects.filter(stock=row)
    sums = entries.aggregate(on_hand=Sum("delta_on_hand"), held=Sum("delta_held"))
    return {"on_hand": row.on_hand, "held": row.held}, sums


def test_two_hundred_buyers_of_fifty_units_make_exactly_fifty_orders(shop):
    product = factories.product(sku="HOT", quantity=50)
    buyers = [Buyer(product) for _ in range(200)]

    answers = check_out_all(shop, buyers)

    assert Counter(answer.status_code for answer in answers) == {201: 50, 400: 150}
    assert {refusal["code"] for refusal in refusals(answers)} == {"stock_unavailable"}
    assert all(refusal["details"]["available"] == 0 for refusal in refusals(answers))
    assert Order.objects.count() == 50
    assert len({answer.json()["order_number"] for answer in answers if answer.status_code == 201}) == 50
    assert books("HOT") == ({"on_hand": 50, "held": 50}, {"on_hand": 50, "held": 50})
    assert CartItem.objects.count() == 150, "only the carts that became an order are empty"


def test_carts_of_three_never_sell_the_unit_that_is_left_over(shop):
    product = factories.product(sku="TRIO", quantity=50)
    buyers = [Buyer(product, quantity=3) for _ in range(40)]

    answers = check_out_all(shop, buyers)

    assert Counter(answer.status_code for answer in answers) == {201: 16, 400: 24}
    assert {tuple(sorted(one["details"].items())) for one in refusals(answers) if one["details"]} <= {
        (("available", left), ("requested", 3), ("sku", "TRIO")) for left in range(3)
    } | {(("available", left), ("requested", 3)) for left in range(3)}
    assert books("TRIO") == ({"on_hand": 50, "held": 48}, {"on_hand": 50, "held": 48})


def test_carts_filled_in_opposite_order_do_not_deadlock(shop):
    one, two = factories.product(sku="ONE", quantity=20), factories.product(sku="TWO", quantity=20)
    buyers = [Buyer(*((one, two) if number % 2 else (two, one))) for number in range(60)]

    answers = check_out_all(shop, buyers)

    assert Counter(answer.status_code for answer in answers) == {201: 20, 400: 40}
    assert Order.objects.count() == 20
    for sku in ("ONE", "TWO"):
        assert books(sku) == ({"on_hand": 20, "held": 20}, {"on_hand": 20, "held": 20})


def test_a_refused_second_sku_gives_the_first_one_back(shop):
    plenty, scarce = factories.product(sku="PLENTY", quantity=99), factories.product(sku="SCARCE", quantity=5)
    buyers = [Buyer(plenty, scarce) for _ in range(40)]

    answers = check_out_all(shop, buyers)

    assert Counter(answer.status_code for answer in answers) == {201: 5, 400: 35}
    assert books("PLENTY") == ({"on_hand": 99, "held": 5}, {"on_hand": 99, "held": 5})
    assert books("SCARCE") == ({"on_hand": 5, "held": 5}, {"on_hand": 5, "held": 5})


def test_one_key_sent_twenty_times_at_once_makes_one_order(shop):
    buyer = Buyer(factories.product(sku="KEYED", quantity=50))

    answers = all_at_once(shop, [lambda client: buyer.check_out(client, **{"Idempotency-Key": "once"})] * 20)

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[201] == 1
    assert set(statuses) <= {200, 201, 409}
    assert len({answer.text for answer in answers if answer.status_code in (200, 201)}) == 1
    assert all(
        answer.headers["Idempotency-Replayed"] == "true" for answer in answers if answer.status_code == 200
    )
    assert Order.objects.count() == 1
    assert books("KEYED") == ({"on_hand": 50, "held": 1}, {"on_hand": 50, "held": 1})


def test_one_cart_checked_out_twenty_times_at_once_is_one_order(shop):
    buyer = Buyer(factories.product(sku="SINGLE", quantity=50))

    answers = check_out_all(shop, [buyer] * 20)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 400: 19}
    assert {refusal["code"] for refusal in refusals(answers)} == {"cart_empty"}
    assert books("SINGLE") == ({"on_hand": 50, "held": 1}, {"on_hand": 50, "held": 1})
