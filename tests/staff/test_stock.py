"""GET staff/stock/, POST staff/stock/{sku}/adjust/, GET staff/stock/{sku}/ledger/."""

import pytest
from django.db.models import Sum

from backend.core import clock
from backend.inventory.models import LedgerEntry, Stock
from backend.outbox.models import Event
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp(db):
    stock = factories.stock(sku="LAMP-1", product="lamp", on_hand=12, variant="Red", threshold=9)
    Stock.objects.filter(pk=stock.pk).update(held=3)
    LedgerEntry.objects.create(
        stock=stock, at=stock.ledger.get().at, delta_on_hand=0, delta_held=3, reason="hold"
    )
    return stock


def adjust(caller, body, sku="LAMP-1", **headers):
    return caller.post(f"staff/stock/{sku}/adjust/", body, **headers)


def row(**changes):
    return {
        "sku": "LAMP-1",
        "product": "lamp",
        "variant": "Red",
        "on_hand": 12,
        "held": 3,
        "quantity": 9,
        "threshold": 9,
        "is_low": True,
        "version": 1,
        **changes,
    }


def test_the_list_shows_the_whole_row(as_staff, lamp):
    answer = as_staff.get("staff/stock/")

    assert answer.status_code == 200
    assert answer.json() == {"count": 1, "next": None, "previous": None, "results": [row()]}


@pytest.mark.parametrize(
    ("query", "skus"),
    [
        ("", ["DESK", "LAMP-1", "SOFA"]),
        ("low=true", ["LAMP-1", "SOFA"]),
        ("search=red", ["LAMP-1"]),
        ("search=couch", ["SOFA"]),
        ("search=%25", []),
        ("page_size=2&page=2", ["SOFA"]),
    ],
)
def test_the_list_is_filtered_and_by_sku(as_staff, lamp, settings, query, skus):
    settings.LOW_STOCK_THRESHOLD = 10
    factories.stock(sku="DESK", product="desk", on_hand=11, threshold=None)
    factories.stock(sku="SOFA", product="couch", on_hand=10, threshold=None)

    answer = as_staff.get(f"staff/stock/?{query}")

    assert [stock["sku"] for stock in answer.json()["results"]] == skus


def test_an_adjustment_answers_the_row_and_leaves_a_line_in_the_ledger(as_staff, staff, lamp):
    answer = adjust(as_staff, {"delta": -2, "reason": " Two broken "})

    entry = LedgerEntry.objects.first()
    told = Event.objects.get(topic="stock:LAMP-1")
    assert (answer.status_code, answer.json()) == (200, row(on_hand=10, quantity=7, version=2))
    assert (entry.reason, entry.note, entry.delta_on_hand) == ("adjustment", "Two broken", -2)
    assert (entry.actor_id, entry.order_id) == (staff.pk, None)
    assert (told.event, told.version, told.data["quantity"]) == ("stock.changed", 2, 7)
    assert LedgerEntry.objects.aggregate(sum=Sum("delta_on_hand")) == {"sum": 10}


def test_an_adjustment_with_a_key_is_made_once(as_staff, lamp):
    first = adjust(as_staff, {"delta": 5, "reason": "Found"}, Idempotency_Key="count-1")
    again = adjust(as_staff, {"delta": 5, "reason": "Found"}, Idempotency_Key="count-1")
    other = adjust(as_staff, {"delta": 6, "reason": "Found"}, Idempotency_Key="count-1")

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 422)
    assert again.json() == first.json() == row(on_hand=17, quantity=14, is_low=False, version=2)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.json()["code"] == "idempotency_mismatch"
    assert Stock.objects.get().on_hand == 17


def test_held_units_cannot_be_adjusted_away(as_staff, lamp):
    answer = adjust(as_staff, {"delta": -10, "reason": "Lost"})

    assert (answer.status_code, answer.json()["code"]) == (400, "stock_unavailable")
    assert answer.json()["details"] == {"sku": "LAMP-1", "requested": 10, "available": 9}
    assert (Stock.objects.get().on_hand, LedgerEntry.objects.count()) == (12, 2)
    assert not Event.objects.exists()


def test_more_units_than_can_be_counted_are_refused(as_staff):
    factories.stock(sku="GRAIN", product="rice", on_hand=2**31 - 1)

    answer = adjust(as_staff, {"delta": 1, "reason": "Found"}, sku="GRAIN")

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["details"] == {"delta": ["At most 2147483647 units can be counted."]}
    assert Stock.objects.get().on_hand == 2**31 - 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"delta": 1}, "reason"),
        ({"delta": 1, "reason": "  "}, "reason"),
        ({"delta": 1, "reason": 7}, "reason"),
        ({"delta": 1, "reason": "x" * 501}, "reason"),
        ({"reason": "Found"}, "delta"),
        ({"delta": "1", "reason": "Found"}, "delta"),
        ({"delta": 1.5, "reason": "Found"}, "delta"),
        ({"delta": True, "reason": "Found"}, "delta"),
        ({"delta": 0, "reason": "Found"}, "delta"),
        ({"delta": 2**31, "reason": "Found"}, "delta"),
        ({"delta": -(10**30), "reason": "Found"}, "delta"),
    ],
)
def test_nonsense_is_a_400_that_names_the_field(as_staff, lamp, body, field):
    answer = adjust(as_staff, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert list(answer.json()["details"]) == [field]
    assert Stock.objects.get().on_hand == 12


def test_the_ledger_lists_every_change_newest_first(as_staff, staff, lamp):
    adjust(as_staff, {"delta": -2, "reason": "Two broken"})

    answer = as_staff.get("staff/stock/LAMP-1/ledger/")

    newest = LedgerEntry.objects.first()
    assert (answer.status_code, answer.json()["count"]) == (200, 3)
    assert [line["reason"] for line in answer.json()["results"]] == ["adjustment", "hold", "opening"]
    assert answer.json()["results"][0] == {
        "at": clock.text(newest.at),
        "delta_on_hand": -2,
        "delta_held": 0,
        "reason": "adjustment",
        "note": "Two broken",
        "order": None,
        "actor": str(staff.pk),
    }


@pytest.mark.parametrize(("caller", "status"), [("as_guest", 401), ("as_alice", 403)])
def test_only_staff_may(request, lamp, caller, status):
    caller = request.getfixturevalue(caller)

    answers = [
        caller.get("staff/stock/"),
        adjust(caller, {"delta": 1, "reason": "Found"}),
        caller.get("staff/stock/LAMP-1/ledger/"),
    ]

    assert [answer.status_code for answer in answers] == [status] * 3
    assert Stock.objects.get().on_hand == 12


def test_an_unknown_sku_is_a_404(as_staff):
    answers = [
        adjust(as_staff, {"delta": 1, "reason": "Found"}, sku="NOPE"),
        as_staff.get("staff/stock/NOPE/ledger/"),
    ]

    assert [answer.json()["code"] for answer in answers] == ["not_found"] * 2
