"""POST shipping/webhook/: the carrier marks delivery, signed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from api import shipping
from backend.orders.models import CarrierEvent, Order, StatusChange

pytestmark = pytest.mark.django_db


def message(**changes):
    at = timezone.now().isoformat()
    return {"event_id": "e1", "tracking_number": "1Z999", "status": "delivered", "at": at, **changes}


def header(body, *, secret="carrier-tests", seconds_ago=0):
    stamp = str(int(timezone.now().timestamp()) - seconds_ago)
    return f"t={stamp},v1={shipping.signature(stamp=stamp, body=body.encode(), secret=secret)}"


def send(caller, body, **signing):
    body = body if isinstance(body, str) else json.dumps(body)
    return caller.post("shipping/webhook/", body, X_Shipping_Signature=header(body, **signing))


def test_delivery_is_marked_with_the_carriers_time(as_guest, shipped):
    at = timezone.now() - timedelta(hours=2)

    answer = send(as_guest, message(at=at.isoformat()))

    order = Order.objects.get()
    assert (answer.status_code, answer.json()) == (200, {"status": "success"})
    assert (order.status, order.delivered_at) == ("delivered", at)
    assert StatusChange.objects.latest("id").created_by is None


def test_an_event_id_counts_once(as_guest, shipped):
    body = message()

    first, again = send(as_guest, body), send(as_guest, body)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == {"status": "success"}
    assert StatusChange.objects.filter(status="delivered").count() == 1
    assert CarrierEvent.objects.count() == 1


@pytest.mark.parametrize("signing", [{"secret": "wrong"}, {"seconds_ago": 310}, {"seconds_ago": -310}])
def test_a_wrong_or_old_signature_is_refused(as_guest, shipped, signing):
    answer = send(as_guest, message(), **signing)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_signature")
    assert answer.json()["details"] is None
    assert Order.objects.get().status == "shipped"


@pytest.mark.parametrize(
    "shown", ["", "t=1", "v1=00", "t=x,v1=00", "t=9e9,v1=", "nonsense", "t=1,t=2,v1=0", "=,="]
)
def test_a_malformed_signature_is_refused(as_guest, shipped, shown):
    answer = as_guest.post("shipping/webhook/", message(), X_Shipping_Signature=shown)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_signature")
    assert Order.objects.get().status == "shipped"


def test_a_signature_is_of_that_body_alone(as_guest, shipped):
    signed = header(json.dumps(message(event_id="other")))

    answer = as_guest.post("shipping/webhook/", message(), X_Shipping_Signature=signed)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_signature")


def test_without_a_secret_nobody_passes(as_guest, shipped, settings):
    settings.SHIPPING_WEBHOOK_SECRET = ""

    answer = send(as_guest, message(), secret="")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_signature")
    assert Order.objects.get().status == "shipped"


def test_several_signatures_may_be_shown_while_a_secret_changes(as_guest, shipped):
    body = json.dumps(message())
    stamp, _, ours = header(body).partition(",")

    answer = as_guest.post("shipping/webhook/", body, X_Shipping_Signature=f"{stamp},v1=00, {ours}")

    assert answer.status_code == 200


def test_an_unknown_tracking_number_is_a_404(as_guest, shipped):
    answer = send(as_guest, message(tracking_number="2Z"))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not CarrierEvent.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": "lost"}, "status"),
        ({"at": "2026-11-23T16:00:00"}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": None}, "at"),
        ({"event_id": ""}, "event_id"),
        ({"event_id": "x" * 256}, "event_id"),
        ({"tracking_number": 7}, "tracking_number"),
    ],
)
def test_a_body_that_makes_no_sense_is_a_400(as_guest, shipped, changes, field):
    answer = send(as_guest, message(**changes))

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert list(answer.json()["details"]) == [field]
    assert Order.objects.get().status == "shipped"


@pytest.mark.parametrize("body", ["{", "[]", "", '{"event_id": "\\u0000"}'])
def test_a_signed_body_that_is_no_message_is_a_400(as_guest, body):
    answer = send(as_guest, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")


def test_a_time_to_come_is_cut_to_now(as_guest, shipped):
    send(as_guest, message(at=datetime(2099, 1, 1, tzinfo=UTC).isoformat()))

    assert Order.objects.get().delivered_at <= timezone.now()
