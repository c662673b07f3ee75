"""Products and categories in the admin are made and changed by the catalogue's own actions."""

import threading

import pytest
from django.db import connection, transaction

from backend.catalog.models import Category, Product, Representation
from backend.inventory.models import Stock
from backend.outbox.models import Event
from backend.shelf.models import Place
from tests import factories
from tests.admin.conftest import form, told
from tests.catalog.drafting import create
from tests.concurrency.rivals import PATIENCE, wait_until_waiting

pytestmark = pytest.mark.django_db


def test_a_product_is_changed_by_the_catalogues_action(desk):
    product = factories.product(sku="LAMP")

    desk.save(product, **form(product, price="12.50", low_stock_threshold="3"))

    product.refresh_from_db()
    assert (str(product.price), product.low_stock_threshold) == ("12.50", 3)
    assert Stock.objects.get().threshold == 3
    told_of = Event.objects.get(event="catalog.changed").data
    assert told_of == {"product_id": str(product.pk), "slug": "lamp"}


def test_a_product_is_made_with_its_stock_row(desk):
    draft = Product(name="Desk", slug="desk")

    answer = desk.client.post("/admin/catalog/product/add/", form(draft, sku="DESK"), follow=True)

    made = Product.objects.get()
    assert (answer.status_code, made.sku, str(made.price)) == (200, "DESK", "10.00")
    assert (Stock.objects.get().sku, Stock.objects.get().on_hand) == ("DESK", 0)


def test_a_product_that_cannot_be_is_refused_with_a_sentence(desk):
    product = factories.product(sku="LAMP")

    answer = desk.save(product, **form(product, slug="wishlist"))

    product.refresh_from_db()
    assert product.slug == "lamp"
    assert "slug" in told(answer)[0]


def test_products_go_off_sale_and_on_again(desk):
    product = factories.product(sku="LAMP")

    desk.run("take_off_sale", product)
    product.refresh_from_db()
    assert not product.is_active

    desk.run("put_on_sale", product)
    product.refresh_from_db()
    assert product.is_active


def test_nothing_is_deleted_here(desk):
    product = factories.product(sku="LAMP")

    assert (
        desk.client.post(f"/admin/catalog/product/{product.pk}/delete/", {"post": "yes"}).status_code == 403
    )
    assert Product.objects.exists()


def test_what_stands_on_no_product_is_told_and_no_product_is_written(desk, settle):
    category = factories.category("lights")
    create(category="lights")
    Place.objects.update(words="'left' 'alone'")
    Event.objects.all().delete()

    desk.save(category, name=category.name, description="Bright", image="a.png", position="3")

    assert list(Event.objects.values_list("event", "data")) == [("catalog.changed", {"category": "lights"})]
    settle()
    assert Place.objects.get().words == "'alone' 'left'"


def test_a_renamed_category_is_told_with_what_is_to_be_done_behind_it(desk):
    category = factories.category("lights")
    create(category="lights")
    Event.objects.all().delete()
    kept = [list(model.objects.values()) for model in (Place, Representation)]

    desk.save(category, name="Lighting", position="0")

    assert [list(model.objects.values()) for model in (Place, Representation)] == kept
    assert list(Event.objects.order_by("id").values_list("event", "data")) == [
        ("catalog.changed", {"category": "lights"}),
        ("category.renamed", {"category": "lights", "after": None}),
    ]


@pytest.mark.django_db(transaction=True)
def test_who_moves_a_category_while_it_is_renamed_leaves_it_its_new_name(desk):
    category = factories.category("lights")

    def move():
        desk.save(category, name="Lights", position="7")
        connection.close()

    other = threading.Thread(target=move)
    with transaction.atomic():
        Category.objects.update(name="Lighting")
        other.start()
        wait_until_waiting()
    other.join(timeout=PATIENCE)

    category.refresh_from_db()
    assert (category.name, category.position) == ("Lighting", 7)


def test_a_category_keeps_its_place_in_the_tree(desk):
    root = factories.category("root")
    child = factories.category("child", parent=root)

    desk.save(root, name="New name", parent=str(child.pk), slug="other", position="1")

    root.refresh_from_db()
    assert (root.name, root.parent, root.slug) == ("New name", None, "root")
    assert Category.objects.count() == 2
