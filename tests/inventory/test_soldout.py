"""Whether a product can be bought is on its place with the very change of stock, whoever comes at once."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.catalog import anew
from backend.inventory import actions
from backend.inventory import queries as stock_rows
from backend.inventory.actions import StockUnavailable
from backend.shelf import queries
from backend.shelf.models import Ladder, Place
from tests import factories
from tests.catalog.drafting import create, update, variant
from tests.concurrency.rivals import wait_until_waiting

NOW = timezone.now()


def hold(**units):
    actions.hold(units=units, order_id=None, actor_id=None, now=NOW)


def release(**units):
    actions.release(units=units, order_id=None, actor_id=None, now=NOW)


def shelf():
    """By slug, which can be bought; and the ladder says the same."""
    places = {place.slug: place.is_buyable for place in Place.objects.filter(is_active=True)}
    rows = Ladder.objects.all()
    assert sum(len(row.buyable) for row in rows) == sum(places.values())
    assert sum(len(row.sold_out) for row in rows) == len(places) - sum(places.values())
    return places


@pytest.mark.django_db
def test_the_last_unit_of_the_last_variant_counts():
    create("MUG", variants=(variant("RED", quantity=1), variant("BLUE", quantity=2)))

    hold(RED=1)
    assert shelf() == {"mug": True}
    hold(BLUE=2)
    assert shelf() == {"mug": False}
    release(RED=1)
    assert shelf() == {"mug": True}


@pytest.mark.django_db
def test_corrections_count_too_and_what_is_not_counted_never_sells_out():
    create("MUG", quantity=1)
    create("GIFT", quantity=1, track_inventory=False)

    for sku in ("MUG", "GIFT"):
        actions.adjust(sku=sku, delta=-1, note="broken", actor_id=None, now=NOW)
    assert shelf() == {"mug": False, "gift": True}
    actions.adjust(sku="MUG", delta=1, note="glued", actor_id=None, now=NOW)
    assert shelf() == {"mug": True, "gift": True}


@pytest.mark.django_db
def test_a_refused_order_turns_nothing():
    create("MUG", quantity=1)
    create("POT", quantity=1)

    with pytest.raises(StockUnavailable):
        hold(MUG=1, POT=2)

    assert shelf() == {"mug": True, "pot": True}


@pytest.mark.django_db
def test_a_variant_that_is_no_longer_sold_leaves_nothing_to_buy():
    create("MUG", variants=(variant("RED", quantity=0), variant("BLUE", quantity=2)))

    update("mug", "MUG", variants=(variant("RED"),))

    assert shelf() == {"mug": False}


@pytest.mark.django_db(transaction=True)
def test_places_and_the_stock_of_products_are_locked_inside_a_transaction_only():
    with pytest.raises(RuntimeError):
        queries.lock_labelled(["mug"])
    with pytest.raises(RuntimeError):
        stock_rows.lock_stock_of(["mug"])


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_last_of_two_variants_at_once_sell_it_out():
    create("MUG", variants=(variant("RED", quantity=1), variant("BLUE", quantity=1)))

    def take_the_other():
        hold(BLUE=1)
        connection.close()

    other = threading.Thread(target=take_the_other)
    with transaction.atomic():
        hold(RED=1)
        other.start()
        wait_until_waiting()  # for the place: their stock is another row
    other.join(timeout=20)

    assert shelf() == {"mug": False}


@pytest.mark.django_db(transaction=True)
def test_who_edits_a_product_while_it_sells_out_does_not_bring_it_back():
    create("MUG", quantity=1)

    def take_it():
        hold(MUG=1)
        connection.close()

    other = threading.Thread(target=take_it)
    with transaction.atomic():
        update("mug", "MUG", name="Cup", slug="cup", low_stock_threshold=3)
        other.start()
        wait_until_waiting()
    other.join(timeout=20)

    assert shelf() == {"cup": False}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_made_first", [True, False])
def test_what_sells_out_while_its_missing_place_is_made_is_not_to_be_had(is_made_first):
    product = factories.product(sku="MUG", quantity=1)
    create("POT", quantity=1)
    deeds = [lambda: hold(MUG=1), lambda: anew.shelve(product_ids=[product.pk], now=NOW)]
    first, second = reversed(deeds) if is_made_first else deeds

    def act():
        second()
        connection.close()

    other = threading.Thread(target=act)
    with transaction.atomic():
        first()
        other.start()
        wait_until_waiting()
    other.join(timeout=20)

    assert shelf() == {"mug": False, "pot": True}
