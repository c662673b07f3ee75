"""The live page in a real browser: stock falls while an order is placed, and an alert comes and goes."""

import signal

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from backend.alerts.models import Alert
from backend.devstack import ports, processes
from backend.orders import actions as orders
from tasks import relay
from tests import factories
from tests.consumers.conftest import start_web
from tests.dashboard.browser import CHROMIUM, chromium
from tests.staff.conftest import buy, pay, place

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]


@pytest.fixture
def address(tmp_path, transactional_db):
    port = ports.find_free()
    process = start_web(port=port, log=tmp_path / "web.log")
    yield f"http://127.0.0.1:{port}"
    processes.stop(process, first=signal.SIGTERM, grace=8)


@pytest.fixture
def browser(address, staff, tmp_path):
    """Signed in to the admin as staff."""
    client = Client()
    client.force_login(staff)
    with chromium(folder=tmp_path / "chromium") as browser:
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        browser.sign_in(url=address, cookie=settings.SESSION_COOKIE_NAME, value=value)
        yield browser


def tell():
    while relay.step(now=timezone.now(), send=lambda job: None):
        pass


def text(selector):
    return f"document.querySelector('{selector}')?.textContent"


LIVE = f"{text('#wire')} === 'Live'"


def test_stock_orders_and_alerts_are_live(address, browser, alice, staff):
    place(alice, sku="FIRST")
    cup = factories.product(sku="CUP", quantity=5, threshold=3)
    tell()
    browser.open(f"{address}/dashboard/")
    browser.wait(LIVE)
    browser.wait("document.querySelectorAll('#orders [data-id]').length === 1")
    assert browser.look(text("[data-sku=CUP] [data-units]")) == "5"
    assert browser.look(text("[data-sku=CUP] [data-state]")) == "In stock"

    order = buy(alice, cup, quantity=3)
    tell()

    browser.wait(f"{text('[data-sku=CUP] [data-units]')} === '2'")
    browser.wait(f"{text(f'[data-id="{order.pk}"] [data-status]')} === 'pending'")
    browser.wait(f"{text('#alerts [data-message]')} === 'CUP: 2 left of cup, threshold 3'")
    assert browser.look(text("[data-sku=CUP] [data-state]")) == "Low"

    pay(order)
    orders.ship_order(order_id=order.pk, tracking_number="1Z", carrier="UPS", actor=staff, now=timezone.now())
    tell()
    browser.wait(f"{text(f'[data-id="{order.pk}"] [data-status]')} === 'shipped'")

    browser.look("document.querySelector('#alerts button').click()")
    browser.wait("!document.querySelector('#alerts [data-id]')")
    assert Alert.objects.get().acknowledged_by == staff
    assert browser.noise == []


def test_a_deactivated_colleague_is_told_that_they_are_signed_out(address, browser, staff):
    browser.open(f"{address}/dashboard/")
    browser.wait(LIVE)

    staff.is_active = False
    staff.save(update_fields=["is_active"])
    browser.look("wires.forEach((wire) => wire.open())")

    browser.wait(f"{text('#wire')}.startsWith('Signed out.')")
