"""An audit's findings are told once, as long as they are found and nobody has seen to them."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.alerts import actions, findings
from backend.alerts.models import Alert
from backend.core.audits import Audit, Finding, Report
from backend.devstack import processes
from backend.outbox.models import FeedEntry

pytestmark = pytest.mark.django_db
NOW = timezone.now()
STOCK = Audit(name="stock", kind="stock_mismatch", event="stock.mismatch", counted={}, checks={})


def finding(sku="MUG", message="MUG: wrong", order_id=None):
    return Finding(check="ledger", sku=sku, order_id=order_id, message=message)


def follow(*found, now=NOW, is_complete=True):
    report = Report(audit=STOCK, at=now, counts={}, findings=found, is_complete=is_complete)
    findings.follow(report=report, now=now)


def open_alerts():
    rows = Alert.objects.filter(acknowledged_at=None).order_by("sku", "order_id")
    return list(rows.values_list("sku", "order_id", "message"))


def test_a_finding_is_an_alert_that_staff_hear_of():
    order_id = uuid4()

    follow(finding(order_id=order_id))

    alert = Alert.objects.get()
    told = FeedEntry.objects.get()
    assert (alert.kind, alert.sku, alert.order_id) == ("stock_mismatch", "MUG", order_id)
    assert (alert.message, alert.created_at) == ("MUG: wrong", NOW)
    assert (told.topic, told.event, told.data["id"]) == ("staff:alerts", "stock.mismatch", str(alert.pk))


def test_what_is_found_again_is_not_told_again():
    follow(finding())

    follow(finding(message="MUG: wrong by more"), now=NOW + timedelta(days=1))

    assert open_alerts() == [("MUG", None, "MUG: wrong")]
    assert FeedEntry.objects.count() == 1


def test_several_findings_of_one_sku_are_one_alert():
    follow(finding(message="MUG: one"), finding(message="MUG: two"), finding(order_id=uuid4()))

    assert [message for _, _, message in open_alerts()] == ["MUG: wrong", "MUG: one. MUG: two"]


def test_what_is_not_found_any_more_is_settled_by_the_system():
    follow(finding("MUG"), finding("CUP"))
    later = NOW + timedelta(days=1)

    follow(finding("CUP"), now=later)

    settled = Alert.objects.get(sku="MUG")
    assert (settled.acknowledged_at, settled.acknowledged_by) == (later, None)
    assert [sku for sku, *_ in open_alerts()] == ["CUP"]
    assert FeedEntry.objects.order_by("id").last().event == "alert.acknowledged"


def test_what_was_acknowledged_and_is_still_wrong_is_told_again(staff):
    follow(finding())
    actions.acknowledge(alert_id=Alert.objects.get().pk, user=staff, now=NOW)

    follow(finding(message="MUG: still wrong"))

    assert open_alerts() == [("MUG", None, "MUG: still wrong")]


def test_alerts_of_other_kinds_are_left_alone():
    actions.raise_alert(kind="low_stock", sku="MUG", message="Low", event="stock.low", now=NOW)

    follow(finding())
    follow()

    assert open_alerts() == [("MUG", None, "Low")]


def test_a_report_that_was_cut_settles_nothing():
    follow(finding("MUG"))

    follow(finding("CUP"), is_complete=False)

    assert [sku for sku, *_ in open_alerts()] == ["CUP", "MUG"]


def test_a_shop_that_is_all_wrong_makes_no_storm(monkeypatch):
    monkeypatch.setattr(findings, "MOST_OPEN", 2)

    for _ in range(2):
        follow(*(finding(sku, f"{sku}: wrong") for sku in "ABCDE"))

    assert open_alerts() == [
        ("A", None, "A: wrong"),
        ("B", None, "B: wrong. And 3 more: manage.py audit_stock lists them"),
    ]


def test_room_that_is_made_is_used(monkeypatch):
    monkeypatch.setattr(findings, "MOST_OPEN", 2)
    follow(*(finding(sku) for sku in "ABC"))

    follow(*(finding(sku, f"{sku}: wrong") for sku in "BC"))

    assert open_alerts()[1] == ("C", None, "C: wrong")


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_tell_it_once():
    def second():
        try:
            follow(finding(message="MUG: the second"))
        finally:
            connection.close()

    other = threading.Thread(target=second)
    with transaction.atomic():
        follow(finding(message="MUG: the first"))
        other.start()
        assert processes.wait_until(somebody_waits_for_the_audits_lock, seconds=20)
    other.join(20)

    assert open_alerts() == [("MUG", None, "MUG: the first")]


def somebody_waits_for_the_audits_lock():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
        )
        return cursor.fetchone()[0] == 1
