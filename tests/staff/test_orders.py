"""GET staff/orders/, and POST staff/orders/{id}/ship/, deliver/, return/."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.core import clock
from backend.inventory.models import Stock
from backend.orders import queries
from backend.orders.models import Order, StatusChange
from backend.orders.shapes import order_json
from backend.outbox.models import Event, FeedEntry
from tests.staff.conftest import pay, place

pytestmark = pytest.mark.django_db
PARCEL = {"tracking_number": "1Z999", "carrier": "UPS"}


def numbers(answer):
    assert answer.status_code == 200, answer.content
    return [row["order_number"] for row in answer.json()["results"]]


def test_the_list_shows_the_whole_row(as_staff, alice, paid):
    answer = as_staff.get("staff/orders/")

    assert answer.status_code == 200
    assert answer.json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(paid.pk),
                "order_number": paid.order_number,
                "status": "processing",
                "total_amount": "27.00",
                "item_count": 2,
                "created_at": clock.text(paid.created_at),
                "updated_at": clock.text(paid.updated_at),
                "customer": {"id": str(alice.pk), "email": "alice@shopwire.example"},
                "payment": {"status": "completed", "amount": "27.00", "refunded_amount": "0.00"},
            }
        ],
    }


def test_the_list_is_filtered_by_status_search_and_day(as_staff, alice, bob):
    old, new = place(alice, sku="OLD"), place(bob, sku="NEW", quantity=3)
    pay(new)
    Order.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=3))
    today = timezone.now().date()

    def found(query):
        return numbers(as_staff.get(f"staff/orders/?{query}"))

    assert found("") == [new.order_number, old.order_number]
    assert found("status=pending") == [old.order_number]
    assert found("search=BOB@") == [new.order_number]
    assert found(f"search={old.order_number[-6:].lower()}") == [old.order_number]
    assert found(f"date_from={today}") == [new.order_number]
    assert found(f"date_to={today - timedelta(days=3)}") == [old.order_number]
    assert found(f"date_from={today}&date_to={today}") == [new.order_number]
    assert found("ordering=total_amount") == [old.order_number, new.order_number]
    assert found("page_size=1&page=2") == [old.order_number]


def test_a_day_is_whole_and_any_day_may_be_asked_for(as_staff, alice):
    order = place(alice)
    last = datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=UTC)
    Order.objects.filter(pk=order.pk).update(created_at=last)

    def found(query):
        return numbers(as_staff.get(f"staff/orders/?{query}"))

    assert found("date_from=2026-03-01&date_to=2026-03-01") == [order.order_number]
    assert found("date_from=2026-03-02") == found("date_to=2026-02-28") == []
    assert found("date_from=0001-01-01&date_to=9999-12-31") == [order.order_number]


@pytest.mark.parametrize(
    "query", ["status=lost", "ordering=user", "date_from=yesterday", "page_size=101", "search=" + "x" * 256]
)
def test_nonsense_in_the_query_is_a_400(as_staff, query):
    answer = as_staff.get(f"staff/orders/?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert list(answer.json()["details"]) == [query.partition("=")[0]]


def test_the_list_takes_a_fixed_number_of_queries(as_staff, alice, bob, django_assert_num_queries):
    place(alice, sku="A"), place(bob, sku="B"), place(alice, sku="C")

    with django_assert_num_queries(3):  # who is calling, the count, the rows with their customers
        assert len(numbers(as_staff.get("staff/orders/"))) == 3


def test_shipping_answers_the_order_and_tells_it(as_staff, staff, paid):
    answer = as_staff.post(f"staff/orders/{paid.pk}/ship/", PARCEL)

    order = queries.by_id(paid.pk)
    told = Event.objects.filter(topic=f"order:{paid.pk}").latest("id")
    assert (answer.status_code, answer.json()) == (200, order_json(order))
    assert (order.status, order.tracking_number, order.carrier) == ("shipped", "1Z999", "UPS")
    assert StatusChange.objects.latest("id").created_by == staff
    assert (told.event, told.version, told.data) == ("order.shipped", order.version, answer.json())
    assert FeedEntry.objects.filter(topic="orders:all", event="order.shipped").count() == 1


def test_delivering_and_taking_back_answer_the_order(as_staff, shipped):
    delivered = as_staff.post(f"staff/orders/{shipped.pk}/deliver/")
    on_hand = Stock.objects.get().on_hand
    returned = as_staff.post(f"staff/orders/{shipped.pk}/return/")

    assert (delivered.status_code, delivered.json()["status"]) == (200, "delivered")
    assert delivered.json()["delivered_at"] is not None
    assert (returned.status_code, returned.json()["status"]) == (200, "returned")
    assert returned.json() == order_json(queries.by_id(shipped.pk))
    assert Stock.objects.get().on_hand == on_hand + 2


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("waiting", "ship"),
        ("waiting", "deliver"),
        ("paid", "deliver"),
        ("paid", "return"),
        ("shipped", "ship"),
        ("shipped", "return"),
        ("delivered", "deliver"),
    ],
)
def test_a_step_out_of_turn_is_refused_and_changes_nothing(request, as_staff, state, step):
    order = request.getfixturevalue(state)
    before = (Order.objects.values().get(), StatusChange.objects.count(), Event.objects.count())

    answer = as_staff.post(f"staff/orders/{order.pk}/{step}/", PARCEL)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_transition")
    assert answer.json()["details"] == {"status": order.status}
    assert (Order.objects.values().get(), StatusChange.objects.count(), Event.objects.count()) == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"carrier": "UPS"}, "tracking_number"),
        ({"tracking_number": "1Z999"}, "carrier"),
        ({"tracking_number": "", "carrier": "UPS"}, "tracking_number"),
        ({"tracking_number": "1Z999", "carrier": "x" * 101}, "carrier"),
        ({"tracking_number": 1, "carrier": "UPS"}, "tracking_number"),
    ],
)
def test_a_parcel_needs_a_number_and_a_carrier(as_staff, paid, body, field):
    answer = as_staff.post(f"staff/orders/{paid.pk}/ship/", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert list(answer.json()["details"]) == [field]
    assert Order.objects.get().status == "processing"


@pytest.mark.parametrize(("caller", "status"), [("as_guest", 401), ("as_alice", 403)])
def test_only_staff_may(request, paid, caller, status):
    caller = request.getfixturevalue(caller)
    steps = [caller.post(f"staff/orders/{paid.pk}/{step}/", PARCEL) for step in ("ship", "deliver", "return")]

    assert caller.get("staff/orders/").status_code == status
    assert [answer.status_code for answer in steps] == [status] * 3
    assert Order.objects.get().status == "processing"


@pytest.mark.parametrize("step", ["ship", "deliver", "return"])
def test_an_unknown_order_is_a_404(as_staff, step):
    unknown = as_staff.post(f"staff/orders/{uuid4()}/{step}/", PARCEL)
    nonsense = as_staff.post(f"staff/orders/nonsense/{step}/", PARCEL)

    assert [unknown.json()["code"], nonsense.json()["code"]] == ["not_found"] * 2
