"""POST payments/confirm/: Stripe is asked, the caller is not believed."""

from uuid import uuid4

import pytest
from django.utils import timezone

from backend.inventory.models import Stock
from backend.orders import actions as orders
from backend.orders.models import Order
from backend.payments.models import Payment
from tests import factories
from tests.payments.conftest import DECLINED, history, place

pytestmark = pytest.mark.django_db
PROCESSING = ("processing", "Payment confirmed. Order processing started.")


def confirm(caller, payment, **changes):
    body = {"order_id": str(payment.order_id), "payment_intent_id": payment.intent_id, **changes}
    return caller.post("payments/confirm/", body)


def test_a_paid_intent_makes_the_order_processing(as_alice, order, payment, stripe):
    stripe.pay(payment)

    answer = confirm(as_alice, payment)

    assert answer.status_code == 200
    assert answer.json() == {"message": "Payment confirmed successfully", "order_id": str(order.pk)}
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("processing", "completed")
    assert history(order)[1:] == [PROCESSING]
    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (3, 0)


def test_the_payment_keeps_what_stripe_knows_of_the_charge(as_alice, payment, stripe):
    stripe.pay(payment)
    confirm(as_alice, payment)

    payment.refresh_from_db()
    assert (payment.status, payment.attention) == ("completed", None)
    assert payment.paid_at is not None
    assert payment.charge == {
        "id": stripe.intent(payment)["latest_charge"],
        "method": "card",
        "brand": "visa",
        "last4": "4242",
        "receipt_url": None,
    }


def test_an_unpaid_intent_is_told_as_such(as_alice, order, payment):
    answer = confirm(as_alice, payment)

    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Payment not completed",
        "code": "payment_not_completed",
        "details": None,
        "status": "requires_payment_method",
    }
    order.refresh_from_db()
    assert (order.status, history(order)) == ("pending", [("pending", "Order created")])


def test_a_declined_card_is_shown_and_another_one_pays(as_alice, order, payment, stripe):
    stripe.pay(payment, DECLINED)
    declined = confirm(as_alice, payment)
    shown = as_alice.get(f"orders/{order.pk}/").json()
    stripe.pay(payment)
    paid = confirm(as_alice, payment)

    assert (declined.status_code, declined.json()["status"]) == (400, "requires_payment_method")
    assert (shown["status"], shown["payment"]["status"]) == ("pending", "failed")
    assert paid.status_code == 200
    assert Order.objects.get().status == "processing"


def test_a_payment_that_the_bank_asks_about_is_not_completed(as_alice, payment, stripe):
    stripe.pay(payment, "pm_card_authenticationRequired")

    answer = confirm(as_alice, payment)

    assert (answer.status_code, answer.json()["status"]) == (400, "requires_action")


def test_confirmed_again_nothing_changes_and_stripe_is_not_asked(as_alice, order, payment, stripe):
    stripe.pay(payment)
    confirm(as_alice, payment)
    version = Order.objects.get().version
    stripe.faults.set(fail=10)

    again = confirm(as_alice, payment)

    assert again.status_code == 200
    assert Order.objects.get().version == version
    assert len(history(order)) == 2


def test_another_orders_intent_is_not_found(as_alice, alice, payment, stripe):
    other = place(alice, factories.product(sku="CUP", quantity=2))
    stripe.pay(payment)

    answer = confirm(as_alice, payment, order_id=str(other.pk))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert set(Order.objects.values_list("status", flat=True)) == {"pending"}


@pytest.mark.parametrize("who", ["as_bob", "as_staff"])
def test_nobody_confirms_for_others(request, payment, stripe, who):
    stripe.pay(payment)

    answer = confirm(request.getfixturevalue(who), payment)

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert Order.objects.get().status == "pending"


@pytest.mark.parametrize(
    "changes",
    [{"payment_intent_id": 7}, {"payment_intent_id": ""}, {"payment_intent_id": "x" * 256}, {"order_id": 1}],
)
def test_a_malformed_request_is_refused(as_alice, payment, changes):
    answer = confirm(as_alice, payment, **changes)

    assert (answer.status_code, list(answer.json()["details"])) == (400, list(changes))


def test_unknown_things_are_not_found(as_alice, payment):
    assert confirm(as_alice, payment, order_id=str(uuid4())).status_code == 404
    assert confirm(as_alice, payment, payment_intent_id="../refunds").status_code == 404


def test_while_stripe_is_away_nothing_changes(as_alice, order, payment, stripe):
    stripe.pay(payment)
    stripe.faults.set(fail=2, fail_status=503)

    answer = confirm(as_alice, payment)

    assert (answer.status_code, answer.json()["code"]) == (502, "payment_provider_unavailable")
    assert Order.objects.get().status == "pending"
    assert Payment.objects.get().status == "pending"


def test_money_for_a_cancelled_order_is_no_success(as_alice, alice, order, payment, stripe):
    stripe.pay(payment)
    orders.cancel_order(order_id=order.pk, user=alice, note="", now=timezone.now())

    first, again = confirm(as_alice, payment), confirm(as_alice, payment)

    assert (first.status_code, first.json()["code"]) == (400, "invalid_transition")
    assert again.json() == first.json()
