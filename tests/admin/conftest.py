"""The desk: a superuser in the admin, and one row of everything to look at."""

from uuid import uuid4

import pytest
from django.contrib.admin import site
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.alerts import actions as alerts
from backend.cart import actions as carts
from backend.catalog.models import Product
from backend.orders.models import CarrierEvent
from backend.outbox.models import Job
from backend.payments.models import Refund, StripeEvent
from backend.reviews.models import Review
from tests import factories
from tests.staff.conftest import pay, place

NOW = timezone.now()


class Desk:
    """A member of staff in the admin."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def list(self, model, **query):
        return self.client.get(_url(model, "changelist"), query)

    def page(self, row):
        return self.client.get(_url(type(row), "change", row.pk))

    def run(self, action, *rows, **answers):
        """Run the action on the rows from the list; answers are what the page in between asks for."""
        data = {"action": action, "_selected_action": [str(row.pk) for row in rows], "index": "0"}
        if answers:
            data |= {"_answered": "yes", **answers}
        return self.client.post(_url(type(rows[0]), "changelist"), data, follow=True)

    def save(self, row, **fields):
        return self.client.post(_url(type(row), "change", row.pk), fields, follow=True)


def _url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def form(product, **changes):
    """What the product's page posts, but for the changes; unchecked boxes are not sent."""
    fields = {
        "name": product.name,
        "slug": product.slug,
        "description": "",
        "price": "10.00",
        "track_inventory": "on",
        "is_active": "on",
    }
    inlines = {
        f"{name}-{count}_FORMS": "0" for name in ("variants", "images") for count in ("TOTAL", "INITIAL")
    }
    return {**fields, **inlines, **changes}


def told(answer):
    """The messages that the page shows."""
    return [str(message) for message in answer.context["messages"]]


@pytest.fixture
def boss(db):
    """May do anything in the admin."""
    return factories.user("boss@shopwire.example", is_staff=True, is_superuser=True)


@pytest.fixture
def desk(boss):
    return Desk(boss)


@pytest.fixture
def order(alice):
    """Alice's, of two mugs, waiting for payment."""
    return place(alice)


@pytest.fixture
def paid(order):
    """The same, paid."""
    pay(order)
    order.refresh_from_db()
    return order


def fill(user):
    """One more row in every table that the admin shows."""
    number = uuid4().hex
    order = place(user, sku=f"SKU-{number[:8]}")
    payment = pay(order)
    product = Product.objects.get(sku=f"SKU-{number[:8]}")
    Product.objects.filter(pk=product.pk).update(category=factories.category(f"c-{number[:8]}"))
    factories.variant(product, sku=f"V-{number[:8]}")
    carts.add_item(
        user_id=user.pk, product_id=product.pk, variant_id=product.variants.get().pk, quantity=1, now=NOW
    )
    CarrierEvent.objects.create(event_id=number, order=order, received_at=NOW)
    Refund.objects.create(payment=payment, amount=1, reason="Sorry", requested_by=user, updated_at=NOW)
    StripeEvent.objects.create(event_id=number, type="charge.refunded", payload={}, received_at=NOW)
    Review.objects.create(product=product, user=user, rating=5, title="Good", comment="Very")
    Job.objects.create(task="orders.mail", failed_at=NOW, last_error="OSError()", attempts=20)
    alert = alerts.raise_alert(kind="low_stock", sku=number, message=number, event="stock.low", now=NOW)
    alerts.acknowledge(alert_id=alert.pk, user=user, now=NOW)


def models():
    """Every table of the shop that the admin shows."""
    return [model for model in site._registry if model.__module__.startswith("backend.")]
