"""The dashboard's page, its tickets, and acknowledging from it."""

from uuid import uuid4

import pytest
from django.test import Client
from redis import ConnectionError as RedisGone

from backend.accounts import actions as accounts
from backend.accounts import queries, tickets
from backend.accounts.models import Session
from backend.alerts import actions as alerts
from backend.alerts.models import Alert
from backend.dashboard import views
from tests import factories
from tests.admin.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(staff):
    """A browser in which staff have signed in to the admin."""
    client = Client()
    client.force_login(staff)
    return client


def test_the_page_shows_the_fewest_units_first(browser):
    factories.stock(sku="MANY", product="mug", on_hand=90, threshold=10)
    factories.stock(sku="FEW_1", product="lamp", on_hand=3, variant="Red", threshold=10)

    answer = browser.get("/dashboard/")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.index('data-sku="FEW_1" data-threshold="10" data-quantity="3"') < page.index(
        'data-sku="MANY"'
    )
    assert "/admin/inventory/stock/FEW_5F1/change/" in page


def test_the_page_finds_a_sku_and_never_shows_more_than_fifty(browser, django_assert_max_num_queries):
    for number in range(52):
        factories.stock(sku=f"MUG-{number}", product="mug", on_hand=number)
    factories.stock(sku="LAMP", product="lamp", on_hand=900)

    with django_assert_max_num_queries(4):  # session, user, rows, count
        page = browser.get("/dashboard/").content.decode()

    assert (page.count("data-sku="), "50 of 53" in page, "LAMP" in page) == (50, True, False)
    assert 'data-sku="LAMP"' in browser.get("/dashboard/?q=lam").content.decode()
    assert "No SKU or product like “&lt;b&gt;”" in browser.get("/dashboard/?q=<b>").content.decode()


def test_the_page_allows_only_its_own_script(browser):
    answer = browser.get("/dashboard/")

    assert answer.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'"
    )
    assert b"<script>" not in answer.content
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_page_is_for_staff(alice):
    client = Client()
    guest = client.get("/dashboard/")
    client.force_login(alice)
    customer = client.get("/dashboard/")

    expected = (302, "/admin/login/?next=/dashboard/")
    assert (guest.status_code, guest.url) == (customer.status_code, customer.url) == expected


def test_a_ticket_names_the_user_and_one_sign_in_for_all_sockets(browser, staff):
    first = browser.post("/dashboard/ticket/").json()
    second = browser.post("/dashboard/ticket/").json()

    session = Session.objects.get(user=staff)
    assert first == {"ticket": first["ticket"], "expires_in": 30}
    assert tickets.redeem(first["ticket"]) == (staff.pk, session.pk)
    assert tickets.redeem(second["ticket"]) == (staff.pk, session.pk)
    assert queries.signed_in(user_id=staff.pk, session_id=session.pk) == (staff, session)


def test_a_sign_in_that_has_ended_is_not_used_again(browser, staff):
    browser.post("/dashboard/ticket/")
    accounts.end_sessions(user_id=staff.pk, now=NOW)

    fresh = browser.post("/dashboard/ticket/").json()

    live = Session.objects.get(user=staff, ended_at=None)
    assert tickets.redeem(fresh["ticket"]) == (staff.pk, live.pk)


@pytest.mark.parametrize("who", [None, "alice"])
def test_tickets_and_acknowledging_are_for_staff(request, db, who):
    alert = alerts.raise_alert(kind="low_stock", sku="A", message="Low", event="stock.low", now=NOW)
    client = Client()
    if who:
        client.force_login(request.getfixturevalue(who))

    answers = [client.post("/dashboard/ticket/"), client.post(f"/dashboard/alerts/{alert.pk}/acknowledge/")]

    refused = {"error": "Sign in first", "code": "not_authenticated", "details": None}
    assert [(answer.status_code, answer.json()) for answer in answers] == [(401, refused)] * 2
    assert Alert.objects.get().acknowledged_at is None
    assert not Session.objects.exists()


def test_another_page_cannot_get_a_ticket(staff):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)

    assert client.post("/dashboard/ticket/").status_code == 403
    assert client.get("/dashboard/ticket/").status_code == 405


def test_with_redis_away_there_is_no_ticket_now(browser, monkeypatch):
    def away(**_):
        raise RedisGone

    monkeypatch.setattr(views.tickets, "issue", away)

    answer = browser.post("/dashboard/ticket/")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_an_alert_is_acknowledged_from_the_page(browser, staff):
    alert = alerts.raise_alert(kind="low_stock", sku="A", message="Low", event="stock.low", now=NOW)

    answer = browser.post(f"/dashboard/alerts/{alert.pk}/acknowledge/")

    assert (answer.status_code, answer.json()["acknowledged_by"]) == (200, "staff@shopwire.example")
    assert Alert.objects.get().acknowledged_by == staff
    assert browser.post(f"/dashboard/alerts/{uuid4()}/acknowledge/").json()["code"] == "not_found"
