"""A page that asked staff for something acts once, however often its form is sent."""

import re
from functools import partial

import pytest

from backend.inventory.models import LedgerEntry, Stock
from backend.payments.models import Payment, Refund
from tests.admin.conftest import Desk, told
from tests.payments.parallel import at_once

pytestmark = pytest.mark.django_db


def ask(desk, action, row):
    """What tells this page from every other."""
    page = desk.run(action, row).content.decode()
    return re.search(r'name="_answered" value="([0-9a-f-]{36})"', page)[1]


def refunds():
    return [str(amount) for amount in Refund.objects.values_list("amount", flat=True)]


def test_money_goes_back_once(desk, paid):
    payment = Payment.objects.get()
    page = ask(desk, "refund", payment)

    answers = [desk.run("refund", payment, _answered=page, amount="13.50") for _ in range(2)]

    assert [told(answer) for answer in answers] == [["Refunds on their way: 1"]] * 2
    assert refunds() == ["13.50"]


def test_another_page_is_another_refund(desk, paid):
    payment = Payment.objects.get()

    for _ in range(2):
        desk.run("refund", payment, _answered=ask(desk, "refund", payment), amount="13.50")

    assert refunds() == ["13.50", "13.50"]


def test_a_page_sent_again_with_another_sum_is_refused(desk, paid):
    payment = Payment.objects.get()
    page = ask(desk, "refund", payment)
    desk.run("refund", payment, _answered=page, amount="1.00")

    answer = desk.run("refund", payment, _answered=page, amount="2.00")

    assert "was used for another request" in told(answer)[0]
    assert refunds() == ["1.00"]


def test_a_page_that_was_filled_in_wrongly_stays_the_same_page(desk, paid):
    payment = Payment.objects.get()
    page = ask(desk, "refund", payment)

    asked_again = desk.run("refund", payment, _answered=page, amount="x").content.decode()
    desk.run("refund", payment, _answered=page, amount="1.00")

    assert f'name="_answered" value="{page}"' in asked_again
    assert refunds() == ["1.00"]


def test_without_a_page_it_is_asked_first(desk, paid):
    answer = desk.run("refund", Payment.objects.get(), _answered="", amount="1.00")

    assert 'name="amount"' in answer.content.decode()
    assert refunds() == []


def test_stock_is_adjusted_once(desk, order):
    stock = Stock.objects.get()
    page = ask(desk, "adjust", stock)

    for _ in range(2):
        desk.run("adjust", stock, _answered=page, delta="3", reason="Found")

    assert Stock.objects.get().on_hand == 8
    assert LedgerEntry.objects.filter(reason="adjustment").count() == 1


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_once_money_goes_back_once(desk, boss, paid):
    payment = Payment.objects.get()
    page = ask(desk, "refund", payment)

    # What the pages show is not looked at: the test client mixes up what threads render.
    def send(window):
        return window.run("refund", payment, _answered=page, amount="13.50").status_code

    assert at_once(*(partial(send, Desk(boss)) for _ in range(3))) == [200] * 3
    assert refunds() == ["13.50"]
