"""GET staff/payments/ and POST staff/orders/{id}/refund/."""

from uuid import uuid4

import pytest

from backend.outbox.models import Event
from backend.payments.models import Payment, Refund
from tests.staff.conftest import pay, place

pytestmark = pytest.mark.django_db


def refund(caller, order, body=None, **headers):
    return caller.post(f"staff/orders/{order.pk}/refund/", body, **headers)


def test_the_list_shows_the_whole_row(as_staff, paid):
    payment = Payment.objects.get()

    answer = as_staff.get("staff/payments/")

    assert answer.status_code == 200
    assert answer.json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(payment.pk),
                "order": str(paid.pk),
                "order_number": paid.order_number,
                "payment_intent_id": payment.intent_id,
                "status": "completed",
                "amount": "27.00",
                "refunded_amount": "0.00",
                "attention": None,
            }
        ],
    }


def test_the_list_can_be_of_those_that_need_attention(as_staff, alice, django_assert_num_queries):
    odd = pay(place(alice, sku="A"))
    pay(place(alice, sku="B"))
    Payment.objects.filter(pk=odd.pk).update(attention="wrong_amount")

    with django_assert_num_queries(3):  # who is calling, the count, the rows with their orders
        answer = as_staff.get("staff/payments/?attention=true")

    rows = answer.json()["results"]
    assert [(row["id"], row["attention"]) for row in rows] == [(str(odd.pk), "wrong_amount")]
    assert as_staff.get("staff/payments/").json()["count"] == 2


def test_a_part_can_be_refunded(as_staff, staff, paid):
    answer = refund(as_staff, paid, {"amount": "10.50"})

    made = Refund.objects.get()
    assert (answer.status_code, answer.json()) == (
        201,
        {"id": str(made.pk), "amount": "10.50", "status": "pending"},
    )
    assert made.requested_by == staff
    assert Event.objects.filter(topic="internal").count() == 1


@pytest.mark.parametrize("body", [None, {}, {"amount": None}])
def test_without_an_amount_all_that_remains_is_refunded(as_staff, paid, body):
    refund(as_staff, paid, {"amount": "10.50"})

    answer = refund(as_staff, paid, body)

    assert (answer.status_code, answer.json()["amount"]) == (201, "16.50")


def test_a_refund_with_a_key_is_made_once(as_staff, paid):
    first = refund(as_staff, paid, {"amount": "5.00"}, Idempotency_Key="r1")
    again = refund(as_staff, paid, {"amount": "5.00"}, Idempotency_Key="r1")
    other = refund(as_staff, paid, {"amount": "6.00"}, Idempotency_Key="r1")

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 422)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    "amount", ["27.01", "0.00", "-1.00", "1.005", "ten", "Infinity", "NaN", "1e30", True, [], "9" * 40]
)
def test_an_amount_that_is_no_money_or_too_much_is_refused(as_staff, paid, amount):
    answer = refund(as_staff, paid, {"amount": amount})

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert list(answer.json()["details"]) == ["amount"]
    assert not Refund.objects.exists()


@pytest.mark.parametrize("body", ["[]", "1", '"10.00"', "null", "true", "{", '["amount"]'])
def test_a_body_that_is_no_object_refunds_nothing(as_staff, paid, body):
    answer = refund(as_staff, paid, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert list(answer.json()["details"]) == ["body"]
    assert not Refund.objects.exists()


def test_an_order_without_money_has_nothing_to_refund(as_staff, waiting):
    answer = refund(as_staff, waiting, {})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_transition")
    assert not Refund.objects.exists()


@pytest.mark.parametrize(("caller", "status"), [("as_guest", 401), ("as_alice", 403)])
def test_only_staff_may(request, paid, caller, status):
    caller = request.getfixturevalue(caller)

    assert caller.get("staff/payments/").status_code == status
    assert refund(caller, paid, {}).status_code == status
    assert not Refund.objects.exists()


def test_an_unknown_order_is_a_404(as_staff):
    answer = as_staff.post(f"staff/orders/{uuid4()}/refund/", {})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
