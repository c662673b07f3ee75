"""Callers, shelves and products to begin with."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from backend.catalog import actions, cache, generations
from backend.catalog.drafts import ImageDraft
from tests import factories
from tests.catalog.crowded import asked_before
from tests.catalog.drafting import create, made_at, variant
from tests.catalog.signing import A_MINUTE


@pytest.fixture
def caller(as_guest):
    def get_with(path, parameters):
        return as_guest.client.get(f"/api/v1/{path}", parameters)

    as_guest.get_with = get_with
    return as_guest


@pytest.fixture
def shelf():
    """Three levels of categories; a is sold out, d is not counted, e is off sale."""
    now = timezone.now()
    home = actions.ensure_category(names=["Home"], now=now)
    lights = actions.ensure_category(names=["Home", "Lights"], now=now)
    desk = actions.ensure_category(names=["Home", "Lights", "Desk lights"], now=now)
    other = actions.ensure_category(names=["Other"], now=now)
    create("A", price=Decimal("10.00"), category=home.slug, quantity=0)
    create("B", price=Decimal("24.99"), category=lights.slug, quantity=2)
    create("C", price=Decimal("25.00"), category=desk.slug, quantity=3)
    create("D", price=Decimal("1500.00"), category=other.slug, track_inventory=False)
    create("E", price=Decimal("10.00"), category=home.slug, quantity=5, is_active=False)
    for age, sku in enumerate("ABCDE"):
        made_at(now - timedelta(hours=age), sku=sku)


@pytest.fixture
def laptop():
    factories.category("laptops", name="Laptops")
    return create(
        "MBPRO",
        name='MacBook Pro 16"',
        slug="macbook",
        description="Powerful.",
        price=Decimal("2499.99"),
        compare_price=Decimal("2999.99"),
        cost_price=Decimal("1500.00"),
        category="laptops",
        weight="2.1",
        dimensions="35 x 24 x 1.6 cm",
        images=(
            ImageDraft(image="https://cdn.example/1.jpg", alt_text="Back", order=2),
            ImageDraft(image="front.png", alt_text="Front", is_primary=True, order=1),
        ),
        variants=(
            variant("MB-512", name="512", quantity=10, attributes={"ram": "16GB"}),
            variant("MB-1T", name="1T", quantity=5, price=Decimal("2799.00")),
        ),
    )


@pytest.fixture
def laptops(db):
    factories.category("laptops", name="Laptops")


@pytest.fixture
def is_crowded(monkeypatch):
    """What the crowd asks for was asked for before."""
    monkeypatch.setattr(cache, "_memory", asked_before())


@pytest.fixture
def signs_last_a_minute(_no_relay_is_missed, monkeypatch):
    """Here one may be missed. Signs are good for so long that no slow machine loses one."""
    monkeypatch.setattr(generations, "SIGNED_MILLISECONDS", A_MINUTE)
