"""Staff hear of an alert by mail: once an address, and a failure to one repeats no other."""

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from backend.alerts import actions as alerts
from backend.outbox.models import Event, Job
from tasks import mail as tasks_mail
from tests import factories
from tests.staff.conftest import buy

pytestmark = pytest.mark.django_db


def raise_alert(kind="low_stock", **fields):
    with transaction.atomic():
        return alerts.raise_alert(
            kind=kind, message="LAMP: 3 left of lamp", event="stock.low", now=timezone.now(), **fields
        )


def test_low_stock_goes_to_the_configured_addresses_and_to_staff_who_want_it(settle, staff, alice, settings):
    settings.STAFF_ALERT_EMAILS = ["ops@shopwire.example", "Staff@shopwire.example"]
    factories.user("quiet@shopwire.example", is_staff=True, wants_stock_mail=False)
    factories.user("gone@shopwire.example", is_staff=True, is_active=False)

    raise_alert(sku="LAMP")
    settle()

    assert sorted(message.to for message in mail.outbox) == [["ops@shopwire.example"], [staff.email]]
    assert {message.subject for message in mail.outbox} == {"Low stock: LAMP"}
    assert "LAMP: 3 left of lamp" in mail.outbox[0].body
    assert not Job.objects.exists()


def test_many_orders_below_the_threshold_make_one_mail(settle, alice, bob):
    mug = factories.product(sku="MUG", quantity=12, threshold=10)

    for buyer in (alice, bob, alice, bob):
        buy(buyer, mug, quantity=1)
    settle()

    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["ops@shopwire.example"], "Low stock: MUG")
    ]
    assert "MUG: 10 left of mug, threshold 10" in mail.outbox[0].body


def test_no_mail_is_sent_while_somebody_checks_out(settle, alice, monkeypatch):
    mug = factories.product(sku="MUG", quantity=12, threshold=11)
    with monkeypatch.context() as patched:
        patched.setattr(tasks_mail, "send", lambda **_: pytest.fail("mailed inside the request"))
        buy(alice, mug, quantity=1)

    assert (mail.outbox, Event.objects.filter(event="alert.raised").count()) == ([], 1)
    settle()
    assert [message.subject for message in mail.outbox] == ["Low stock: MUG"]


def test_a_payment_that_needs_a_look_is_mailed_too(settle, db):
    raise_alert(kind="payment_attention")
    settle()

    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["ops@shopwire.example"], "A payment needs a look")
    ]


def test_a_mail_server_that_refuses_one_address_gets_only_that_one_again(settle, staff, monkeypatch):
    send = tasks_mail.EmailMultiAlternatives.send
    monkeypatch.setattr(
        tasks_mail.EmailMultiAlternatives,
        "send",
        lambda message: _refuse() if message.to == [staff.email] else send(message),
    )

    raise_alert(sku="LAMP")
    settle()

    left = Job.objects.get()
    assert [message.to for message in mail.outbox] == [["ops@shopwire.example"]]
    assert (left.task, left.kwargs["to"], left.attempts) == ("alerts.mail", staff.email, 1)
    assert left.failed_at is None


def _refuse():
    raise OSError("mailbox busy")
