"""`manage.py audit_stock` and `audit_money`, and the daily task: what they print, and whom they tell."""

import json
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from backend.alerts.models import Alert
from backend.core import audits, clock
from backend.inventory import actions as inventory
from backend.inventory.models import LedgerEntry, Stock
from backend.orders.audit import STOCK
from backend.orders.models import Order
from tasks import audits as tasks
from tasks.app import app
from tests.payments.parallel import meanwhile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moment(request, monkeypatch):
    """The snapshot is a transaction of its own, which a test that is rolled back can't have."""
    if not request.node.get_closest_marker("django_db").kwargs.get("transaction"):
        monkeypatch.setattr(audits.moment, "at_once", lambda read: read())


def run(command, *arguments):
    """What it prints, and why it failed, if it did."""
    out = StringIO()
    try:
        call_command(command, *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), f"{error} (exit code {error.returncode})"
    return out.getvalue(), None


def test_one_line_when_all_is_well(order):
    assert run("audit_stock") == ("audit of stock: all is well with 1 SKUs, 2 ledger lines, 1 orders\n", None)
    assert run("audit_money") == ("audit of money: all is well with 1 orders, 0 payments, 0 refunds\n", None)


def test_one_line_a_finding_and_exit_code_1(order):
    Stock.objects.update(on_hand=6, version=1)
    Order.objects.update(tax=0)

    assert run("audit_stock") == (
        "ledger: MUG: the row says 6 on hand and 2 held, its ledger 5 and 2\n"
        "versions: MUG: version 1 after 2 changes\n"
        "looked at 1 SKUs, 2 ledger lines, 1 orders\n",
        "audit of stock: 2 findings (exit code 1)",
    )
    assert run("audit_money")[1] == "audit of money: 1 finding (exit code 1)"
    assert not Alert.objects.exists(), "only the one who asks is told"


def test_json_for_programs(order, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    Stock.objects.update(version=1)

    said, failure = run("audit_stock", "--json")

    assert failure == "audit of stock: 1 finding (exit code 1)"
    assert json.loads(said) == {
        "audit": "stock",
        "at": clock.text(now),
        "counts": {"SKUs": 1, "ledger lines": 2, "orders": 1},
        "is_complete": True,
        "findings": [
            {
                "check": "versions",
                "sku": "MUG",
                "order": None,
                "message": "MUG: version 1 after 2 changes",
            }
        ],
    }


def test_more_than_can_be_listed_is_said(monkeypatch):
    monkeypatch.setattr(audits, "MOST_FINDINGS", 1)
    Stock.objects.bulk_create(Stock(sku=sku, product="mug", on_hand=1) for sku in "AB")

    assert run("audit_stock")[1] == "audit of stock: more than 1 findings (exit code 1)"


def test_the_command_tells_staff_if_asked(order):
    Stock.objects.update(version=1)

    run("audit_stock", "--tell-staff")

    assert Alert.objects.get().kind == "stock_mismatch"


def test_the_daily_run_tells_staff_once_and_settles_what_is_right_again(order, settle):
    Stock.objects.update(version=1)
    Order.objects.update(tax=0)
    for _ in range(2):
        tasks.run()
        settle()

    assert sorted(Alert.objects.values_list("kind", "sku", "order_id")) == [
        ("money_mismatch", "", order.pk),
        ("stock_mismatch", "MUG", None),
    ]
    assert [message.subject for message in mail.outbox] == [
        "Stock does not add up",
        "Payments do not add up",
    ]
    assert "MUG: version 1 after 2 changes" in mail.outbox[0].body
    assert f"Order {order.order_number}: 4999.98 and 0.00 tax" in mail.outbox[1].body

    Stock.objects.update(version=2)
    tasks.run()
    assert Alert.objects.get(acknowledged_at=None).kind == "money_mismatch"


def test_staff_find_them_among_their_alerts(as_staff, order):
    Stock.objects.update(version=1)
    tasks.run()

    rows = as_staff.get("staff/alerts/?kind=stock_mismatch").json()["results"]

    assert [(row["sku"], row["message"]) for row in rows] == [("MUG", "MUG: version 1 after 2 changes")]
    assert as_staff.get("staff/alerts/?kind=money_mismatch").json()["count"] == 0


def test_it_runs_every_night():
    entry = next(entry for entry in app.conf.beat_schedule.values() if entry["task"] == "audits.run")

    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {10})


@pytest.mark.django_db(transaction=True)
def test_the_whole_report_is_of_one_moment(order, monkeypatch):
    rows = audits._rows

    def look_and_let_somebody_commit(query, **parameters):
        found = rows(query, **parameters)
        meanwhile(lambda: inventory.adjust(sku="MUG", delta=1, note="", actor_id=None, now=timezone.now()))
        return found

    monkeypatch.setattr(audits, "_rows", look_and_let_somebody_commit)
    report = audits.run(STOCK, now=timezone.now())

    assert (report.counts, report.findings) == ({"SKUs": 1, "ledger lines": 2, "orders": 1}, [])
    assert LedgerEntry.objects.count() == 2 + len(STOCK.counted) + len(STOCK.checks)
