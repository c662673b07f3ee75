"""/ws/stock/: what can be bought, for anyone."""

import pytest
from django.utils import timezone

from backend.inventory import actions as inventory
from tests import factories


def change(sku, delta=-1):
    inventory.adjust(sku=sku, delta=delta, note="count", actor_id=None, now=timezone.now())


def quantity(sku, product, number):
    return {"sku": sku, "product": product, "quantity": number, "is_in_stock": number > 0}


def test_a_guest_sees_the_stock_and_each_change(shop, tell):
    factories.product(sku="MUG", quantity=2)
    ears = shop.listen("stock/?sku=MUG")
    snapshot = ears.frame()

    change("MUG", -2)
    tell()
    update = ears.frame()

    assert snapshot == {
        "type": "snapshot",
        "topic": "stock:MUG",
        "version": 1,
        "data": quantity("MUG", "mug", 2),
    }
    assert update.pop("at").endswith("Z")
    assert update == {
        "type": "update",
        "topic": "stock:MUG",
        "event": "stock.changed",
        "version": 2,
        "data": quantity("MUG", "mug", 0),
    }


def test_each_sku_has_its_own_snapshot_and_no_other_is_heard(shop, tell):
    for sku in ("A", "B", "C"):
        factories.product(sku=sku)
    ears = shop.listen("stock/?sku=B,A")

    assert [frame["topic"] for frame in ears.frames(2)] == ["stock:B", "stock:A"]
    change("C")
    change("A")
    tell()
    assert ears.frame()["topic"] == "stock:A"


def test_a_product_stands_for_all_its_skus(shop):
    shirt = factories.product(sku="SHIRT", slug="shirt")
    factories.variant(shirt, sku="SHIRT-S", quantity=3)
    ears = shop.listen("stock/?product=shirt&sku=SHIRT-S")

    assert {(frame["topic"], frame["data"]["quantity"]) for frame in ears.frames(2)} == {
        ("stock:SHIRT", 10),
        ("stock:SHIRT-S", 3),
    }


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", "Name at least one SKU, with ?sku= or ?product="),
        ("?sku=,", "Name at least one SKU, with ?sku= or ?product="),
        ("?sku=A,NOPE", "No such SKU: NOPE"),
        ("?product=nope", "No such product: nope"),
        ("?sku=%00", "No such SKU or product: \0"),
        ("?sku=" + ",".join(f"S{n}" for n in range(101)), "101 names, at most 100"),
    ],
)
def test_a_bad_question_is_named_and_closed(shop, query, error):
    factories.product(sku="A")

    assert shop.listen(f"stock/{query}").end() == (
        3501,
        [{"type": "error", "code": "validation_error", "error": error}],
    )


def test_more_than_a_hundred_skus_of_a_product_are_too_many(shop):
    big = factories.product(sku="BIG", slug="big")
    for number in range(100):
        factories.stock(sku=f"BIG-{number}", product=big.slug, on_hand=1)

    code, frames = shop.listen("stock/?product=big").end()

    assert (code, frames[0]["error"]) == (3501, "101 SKUs, at most 100")


def test_a_bad_token_is_refused_even_where_guests_are_welcome(shop):
    factories.product(sku="A")

    assert shop.listen("stock/?sku=A", token="nonsense").code() == 3500
