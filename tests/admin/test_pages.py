"""Every list and page of the admin opens, in a number of queries that does not grow with its rows."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.admin.conftest import Desk, fill, models

pytestmark = pytest.mark.django_db
NAMES = ["alert", "user", "stock", "order", "payment", "refund", "product", "review", "job", "ledgerentry"]


def test_every_domain_is_there():
    assert {model._meta.model_name for model in models()} >= set(NAMES)


def test_every_list_and_every_page_opens_at_a_fixed_number_of_queries(desk):
    fill(factories.user())
    first = {model: _cost(desk, model) for model in models()}
    for _ in range(2):
        fill(factories.user())

    assert {model: _cost(desk, model) for model in models()} == first


def _cost(desk, model):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = desk.list(model)
    row = model.objects.first()
    assert (model, answer.status_code) == (model, 200)
    if row:
        assert (model, desk.page(row).status_code) == (model, 200)
    return len(queries)


def test_searching_and_filtering_work_on_every_list(desk):
    fill(factories.user())

    for model in models():
        assert desk.list(model, q="sku").status_code == 200, model


def test_an_orders_page_shows_lines_history_and_payments(desk, paid):
    page = desk.page(paid).content.decode()

    for shown in (
        "MUG",
        "Payment confirmed. Order processing started.",
        f"pi_{paid.order_number}",
        "Pat Doe<br>123 Main St<br>10001 New York NY<br>USA",
    ):
        assert shown in page


def test_a_payments_page_keeps_stripes_secret_to_itself(desk, paid):
    paid.payments.update(client_secret="pi_secret_shown_to_nobody")

    assert "pi_secret_shown_to_nobody" not in desk.page(paid.payments.get()).content.decode()


@pytest.mark.parametrize("who", ["alice", "staff"])
def test_customers_and_staff_without_permissions_see_nothing(request, who, order):
    user = request.getfixturevalue(who)

    assert Desk(user).page(order).status_code in (302, 403)


def test_a_guest_is_asked_to_sign_in(db):
    answer = Client().get("/admin/orders/order/")

    assert (answer.status_code, answer.url) == (302, "/admin/login/?next=/admin/orders/order/")
