"""The product list: its whole answer, filters that combine, facets, order, pages, and few queries."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from backend.catalog import actions, shelving
from backend.catalog.drafts import ImageDraft
from backend.catalog.models import Product, ProductImage
from tests import factories
from tests.catalog.drafting import create, variant

pytestmark = pytest.mark.django_db


def listed(caller, query=""):
    response = caller.get(f"products/?{query}")
    assert response.status_code == 200
    return [product["slug"] for product in response.json()["results"]]


def made_at(now, **which):
    """As if these products had been made then."""
    Product.objects.filter(**which).update(created_at=now)
    with transaction.atomic():
        shelving.refresh(Product.objects.filter(**which).values_list("pk", flat=True))


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


def test_a_product_is_listed_whole(as_guest):
    category = factories.category("laptops", name="Laptops")
    product = create(
        "MBPRO",
        name='MacBook Pro 16"',
        slug="macbook",
        price=Decimal("2499.99"),
        compare_price=Decimal("2999.99"),
        cost_price=Decimal("1500.00"),
        category="laptops",
        is_featured=True,
        images=(ImageDraft(image="products/front.png", alt_text="Front view"),),
        variants=(variant("MB-1", quantity=10), variant("MB-2", quantity=5)),
    )
    actions.record_rating(product_id=product.pk, rating_delta=19, count_delta=4, now=timezone.now())

    assert as_guest.get("products/").json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(product.pk),
                "name": 'MacBook Pro 16"',
                "slug": "macbook",
                "price": "2499.99",
                "compare_price": "2999.99",
                "quantity": 15,
                "is_in_stock": True,
                "is_featured": True,
                "discount_percentage": 17,
                "category": {"id": str(category.pk), "name": "Laptops"},
                "images": [
                    {
                        "id": str(ProductImage.objects.get().pk),
                        "image": "http://testserver/media/products/front.png",
                        "alt_text": "Front view",
                        "is_primary": True,
                    }
                ],
                "average_rating": 4.8,
                "review_count": 4,
            }
        ],
    }


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", "abcd"),
        ("category=home", "abc"),
        ("category=lights", "bc"),
        ("category=desk-lights", "c"),
        ("category=unknown", ""),
        ("category=", "abcd"),
        ("min_price=24.99", "bcd"),
        ("max_price=24.99", "ab"),
        ("min_price=24.99&max_price=25", "bc"),
        ("min_price=30&max_price=20", ""),
        ("in_stock=true", "bcd"),
        ("in_stock=false", "a"),
        ("category=home&in_stock=true&min_price=25&search=c", "c"),
        ("category=home&in_stock=false&search=b", ""),
        ("ordering=price", "abcd"),
        ("ordering=-price", "dcba"),
        ("ordering=created_at", "dcba"),
        ("ordering=-created_at", "abcd"),
        ("ordering=name", "abcd"),
        ("search=lights&ordering=-price", "cb"),
    ],
)
@pytest.mark.usefixtures("shelf")
def test_filters_combine(as_guest, query, slugs):
    assert listed(as_guest, query) == list(slugs)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ordering=rating", "ordering"),
        ("ordering=-name", "ordering"),
        ("page_size=101", "page_size"),
        ("page_size=0", "page_size"),
        ("page=0", "page"),
        ("page=two", "page"),
        ("min_price=-1", "min_price"),
        ("max_price=-0.01", "max_price"),
        ("min_price=cheap", "min_price"),
        ("min_price=NaN", "min_price"),
        ("max_price=Infinity", "max_price"),
        ("max_price=99999999999999", "max_price"),
        ("in_stock=maybe", "in_stock"),
        ("search=" + "x" * 501, "search"),
        ("search=a%00b", "search"),
        ("category=%00", "category"),
    ],
)
def test_filters_that_make_no_sense_are_refused(as_guest, query, field):
    response = as_guest.get(f"products/?{query}")

    assert response.status_code == 400
    assert response.json()["code"] == "validation_error"
    assert list(response.json()["details"]) == [field]


@pytest.mark.usefixtures("shelf")
def test_pages_are_linked_and_end(as_guest):
    second = as_guest.get("products/?ordering=price&page=2&page_size=2").json()

    assert [product["slug"] for product in second["results"]] == ["c", "d"]
    assert second["count"] == 4
    assert second["next"] is None
    assert second["previous"] == "http://testserver/api/v1/products/?ordering=price&page=1&page_size=2"
    missing = as_guest.get("products/?page=3&page_size=2")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_equals_are_ordered_by_id(as_guest):
    now = timezone.now()
    for number in range(6):
        create(f"S{number}", name="Same")
    made_at(now)
    ids = [str(pk) for pk in Product.objects.order_by("id").values_list("pk", flat=True)]

    for ordering in ("", "ordering=price&", "ordering=name&", "ordering=-created_at&", "search=same&"):
        pages = [as_guest.get(f"products/?{ordering}page_size=2&page={page}").json() for page in (1, 2, 3)]
        assert [product["id"] for page in pages for product in page["results"]] == ids


@pytest.mark.usefixtures("shelf")
def test_facets_count_what_each_choice_would_leave(as_guest):
    assert as_guest.get("products/?facets=true").json()["facets"] == {
        "category": [
            {"slug": "home", "name": "Home", "count": 3},
            {"slug": "lights", "name": "Lights", "count": 2},
            {"slug": "desk-lights", "name": "Desk lights", "count": 1},
            {"slug": "other", "name": "Other", "count": 1},
        ],
        "price": [
            {"min": "0.00", "max": "24.99", "count": 2},
            {"min": "25.00", "max": "49.99", "count": 1},
            {"min": "1000.00", "max": None, "count": 1},
        ],
        "in_stock": {"true": 3, "false": 1},
    }


@pytest.mark.usefixtures("shelf")
def test_a_facet_heeds_every_filter_but_its_own(as_guest):
    answer = as_guest.get("products/?facets=true&category=lights&in_stock=true&max_price=100").json()

    assert answer["count"] == 2
    assert answer["facets"] == {
        "category": [
            {"slug": "home", "name": "Home", "count": 2},
            {"slug": "lights", "name": "Lights", "count": 2},
            {"slug": "desk-lights", "name": "Desk lights", "count": 1},
        ],
        "price": [
            {"min": "0.00", "max": "24.99", "count": 1},
            {"min": "25.00", "max": "49.99", "count": 1},
        ],
        "in_stock": {"true": 2, "false": 0},
    }


@pytest.mark.usefixtures("shelf")
def test_each_facet_keeps_its_promise(as_guest):
    facets = as_guest.get("products/?facets=true&search=lights").json()["facets"]

    for choice in facets["category"]:
        assert len(listed(as_guest, f"search=lights&category={choice['slug']}")) == choice["count"]
    for choice in facets["price"]:
        upper = f"&max_price={choice['max']}" if choice["max"] else ""
        query = f"search=lights&min_price={choice['min']}{upper}"
        assert len(listed(as_guest, query)) == choice["count"]


@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 1), ("search=lights", 2), ("facets=true&search=lights&category=home&in_stock=true&min_price=1", 2)],
)
@pytest.mark.usefixtures("shelf")
def test_the_number_of_queries_is_fixed(as_guest, django_assert_num_queries, query, queries):
    listed(as_guest, "facets=true")  # the tree of categories is remembered

    with django_assert_num_queries(queries):
        listed(as_guest, query)


def test_reads_go_to_the_database_of_the_catalogue(as_guest, settings):
    settings.CATALOG_DATABASE = "elsewhere"

    assert [as_guest.get(f"products/{path}").status_code for path in ("", "categories/", "lamp/")] == [
        500
    ] * 3
