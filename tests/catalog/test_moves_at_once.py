"""A product moves to another category while somebody changes it, or renames the category."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.catalog import actions
from backend.catalog.models import Category, Product
from tests import factories
from tests.catalog.drafting import create, update
from tests.concurrency.rivals import PATIENCE, wait_until_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def move_lamp():
    changes = {"category": "lights"}
    actions.change_product(slug="lamp", changes=changes, actor_id=None, now=timezone.now())


@pytest.mark.parametrize("before", [None, "desks"])
def test_who_waits_for_a_move_to_another_category_leaves_the_product_there(as_guest, before):
    for slug in ("desks", "lights"):
        factories.category(slug)
    create(category=before)

    def cheapen():
        changes = {"price": factories.Decimal("9.00")}
        actions.change_product(slug="lamp", changes=changes, actor_id=None, now=timezone.now())
        connection.close()

    other = threading.Thread(target=cheapen)
    with transaction.atomic():
        move_lamp()
        other.start()
        wait_until_waiting()
    other.join(timeout=PATIENCE)

    product = Product.objects.get()
    assert (product.category.slug, str(product.price)) == ("lights", "9.00")
    assert as_guest.get("products/?category=lights").json()["count"] == 1


moves_in = pytest.mark.parametrize(
    "write",
    [lambda: create("NEW", category="lights"), lambda: update("lamp", category="lights"), move_lamp],
    ids=["made there", "made so", "moved"],
)


def renamed(category, settle):
    """It becomes Lighting, and as soon as that is committed, all under it is written anew."""
    with transaction.atomic():
        Category.objects.filter(pk=category.pk).update(name="Lighting")
        actions.tell_of_category(category=category, is_renamed=True, now=timezone.now())
    settle()
    connection.close()


def rename_while(category, write, settle):
    """Somebody has written, and before that is committed somebody else renames the category."""
    other = threading.Thread(target=renamed, args=[category, settle])
    with transaction.atomic():
        write()
        other.start()
        wait_until_waiting(patience=15)
    other.join(timeout=PATIENCE)


@moves_in
def test_a_category_is_renamed_while_a_product_moves_in(as_guest, settle, write):
    category = factories.category("lights")
    create()

    rename_while(category, write, settle)

    found = as_guest.get("products/?category=lights").json()["results"]
    assert [one["category"]["name"] for one in found] == ["Lighting"]


@moves_in
def test_what_a_category_is_under_is_renamed_while_a_product_moves_in(as_guest, settle, write):
    above = factories.category("home")
    factories.category("lights", parent=above)
    create()

    rename_while(above, write, settle)

    assert as_guest.get("products/?search=lighting").json()["count"] == 1
    assert as_guest.get("products/?search=home").json()["count"] == 0


@moves_in
def test_a_product_that_moves_in_waits_for_the_new_name_and_is_not_missed(as_guest, settle, write):
    """Its own transaction ends when all that was there before is written anew."""
    category = factories.category("lights")
    create()
    is_anew = threading.Event()

    def move_in():
        try:
            with transaction.atomic():
                write()
                assert is_anew.wait(timeout=PATIENCE)
        finally:
            connection.close()

    other = threading.Thread(target=move_in)
    with transaction.atomic():
        Category.objects.filter(pk=category.pk).update(name="Lighting")
        actions.tell_of_category(category=category, is_renamed=True, now=timezone.now())
        other.start()
        wait_until_waiting()
    settle()
    is_anew.set()
    other.join(timeout=PATIENCE)

    found = as_guest.get("products/?category=lights").json()["results"]
    assert [one["category"]["name"] for one in found] == ["Lighting"]
