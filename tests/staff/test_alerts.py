"""GET staff/alerts/ and POST staff/alerts/{id}/acknowledge/."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.alerts import actions
from backend.alerts.models import Alert
from backend.core import clock
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def raise_alert(kind="low_stock", *, minutes_ago=0, **fields):
    fields = {"message": "Look", "event": "stock.low", "now": NOW - timedelta(minutes=minutes_ago), **fields}
    return actions.raise_alert(kind=kind, **fields)


def test_the_list_shows_the_whole_row(as_staff):
    order_id = uuid4()
    alert = raise_alert("payment_attention", order_id=order_id, message="Money for a cancelled order")

    answer = as_staff.get("staff/alerts/")

    assert answer.status_code == 200
    assert answer.json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(alert.pk),
                "kind": "payment_attention",
                "sku": None,
                "order": str(order_id),
                "message": "Money for a cancelled order",
                "created_at": clock.text(NOW),
                "acknowledged_at": None,
                "acknowledged_by": None,
            }
        ],
    }


@pytest.mark.parametrize(
    ("query", "skus"),
    [
        ("", ["NEW", None, "OLD"]),
        ("kind=low_stock", ["NEW", "OLD"]),
        ("open=true", ["NEW", None]),
        ("open=true&kind=low_stock", ["NEW"]),
        ("page_size=1&page=2", [None]),
    ],
)
def test_the_list_is_filtered_and_newest_first(as_staff, staff, query, skus):
    old = raise_alert(sku="OLD", minutes_ago=2)
    raise_alert("payment_attention", minutes_ago=1)
    raise_alert(sku="NEW")
    actions.acknowledge(alert_id=old.pk, user=staff, now=NOW)

    answer = as_staff.get(f"staff/alerts/?{query}")

    assert [row["sku"] for row in answer.json()["results"]] == skus


def test_the_list_takes_a_fixed_number_of_queries(as_staff, django_assert_num_queries):
    for _ in range(3):
        other = factories.user(is_staff=True)
        actions.acknowledge(alert_id=raise_alert().pk, user=other, now=NOW)

    with django_assert_num_queries(3):  # who is calling, the count, the rows
        as_staff.get("staff/alerts/")


def test_acknowledging_answers_the_row_and_twice_the_same(as_staff, staff):
    alert = raise_alert(sku="LAMP")

    first = as_staff.post(f"staff/alerts/{alert.pk}/acknowledge/")
    second = as_staff.post(f"staff/alerts/{alert.pk}/acknowledge/")

    alert.refresh_from_db()
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.json()["acknowledged_by"] == "staff@shopwire.example"
    assert first.json()["acknowledged_at"] == clock.text(alert.acknowledged_at)


@pytest.mark.parametrize(("caller", "status"), [("as_guest", 401), ("as_alice", 403)])
def test_only_staff_may(request, caller, status):
    alert = raise_alert()
    caller = request.getfixturevalue(caller)

    listed = caller.get("staff/alerts/")
    acknowledged = caller.post(f"staff/alerts/{alert.pk}/acknowledge/")

    assert (listed.status_code, acknowledged.status_code) == (status, status)
    assert Alert.objects.get().acknowledged_at is None


@pytest.mark.parametrize("alert_id", ["8b7f2c1e-3a55-4c0e-9d5e-0f3c8a1d2b47", "nonsense"])
def test_an_unknown_alert_is_a_404(as_staff, alert_id):
    answer = as_staff.post(f"staff/alerts/{alert_id}/acknowledge/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("query", ["kind=nonsense", "open=maybe", "page_size=101", "page=0"])
def test_nonsense_in_the_query_is_a_400(as_staff, query):
    answer = as_staff.get(f"staff/alerts/?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert list(answer.json()["details"]) == [query.partition("=")[0]]
