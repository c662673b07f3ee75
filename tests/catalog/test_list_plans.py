"""No question of the list reads a whole table, and a page far down reads no more than one near the start."""

from decimal import Decimal
from itertools import product

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.catalog import anew, listing, shapes
from backend.catalog.filters import ProductFilter
from backend.shelf import blocks, ladders, tallies
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)  # VACUUM takes part in none
PLACES = 4000
ORDERINGS = [None, "price", "-price", "created_at", "name"]
PRODUCTS = f"""
INSERT INTO catalog_product
       (id, name, slug, description, sku, price, category_id, weight, dimensions, is_active, is_featured,
        track_inventory, rating_sum, review_count, created_at, updated_at)
SELECT md5(number::text)::uuid, 'Mug ' || md5(number::text), 'mug-' || number, '', 'MUG-' || number,
       mod(number, 400), (%(leaves)s::uuid[])[mod(number, 5) + 1], '', '', TRUE, FALSE,
       TRUE, 0, 0, now() - make_interval(mins => mod(number, 3000)), now()
  FROM generate_series(1, {PLACES}) AS number;
INSERT INTO catalog_representation (product_id, shape, summary, detail)
SELECT id, {shapes.VERSION}, '{{}}', '' FROM catalog_product;
INSERT INTO shelf_place
       (product_id, slug, category_id, cents, created_at, name, is_active, is_tracked, is_buyable, words,
        words_version)
SELECT id, slug, category_id, price * 100, created_at, lower(name), TRUE, TRUE, mod(price, 7) > 0, 'mug', 1
  FROM catalog_product;
"""
# What this session has read so far, within functions too, which no EXPLAIN shows.
SCANNED = """
SELECT sum(seq_scan)::int FROM pg_stat_xact_user_tables WHERE relname IN ('shelf_place', 'catalog_product')
"""
WALKED = """
SELECT sum(pg_stat_get_xact_tuples_returned(index))::int
  FROM unnest('{place_by_cents,place_by_age,place_by_name}'::regclass[]) AS index
"""
# Rows that an index led to, by a bitmap too.
FETCHED = "SELECT pg_stat_get_xact_tuples_fetched('shelf_place'::regclass)::int"


@pytest.fixture
def slug(any_lock_order):
    """Of a category with a fifth of a shop of thousands; PostgreSQL knows how much there is of what."""
    leaves = [factories.category(f"c{number}").pk for number in range(5)]
    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute(PRODUCTS, {"leaves": leaves})
            ladders.rebuild()
            blocks.rebuild()
        cursor.execute("VACUUM ANALYZE")
        with transaction.atomic():
            cursor.execute("SET LOCAL random_page_cost = 1.1")  # as docs/search.md wants it
            yield "c1"


def read(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def walked(asked, *, start):
    """How many entries of the indexes are passed on the way to a page, and on it."""
    before = read(WALKED)
    assert len(listing.find(asked=asked, start=start, size=20, with_facets=False).items) == 20
    return read(WALKED) - before


def test_no_filters_and_no_order_read_a_whole_table(slug):
    before = read(SCANNED)
    for category, low, in_stock, ordering in product(
        [None, slug], [None, 50], [None, True, False], ORDERINGS
    ):
        bound = low and Decimal(low)
        asked = ProductFilter(category=category, min_price=bound, in_stock=in_stock, ordering=ordering)
        count = listing.find(asked=asked, start=0, size=20, with_facets=True).count
        assert count > 50
        listing.find(asked=asked, start=count // 2, size=20, with_facets=False)

        assert read(SCANNED) == before, asked


@pytest.mark.usefixtures("slug")
def test_a_page_anywhere_in_the_shop_is_a_walk_of_a_block():
    for in_stock, ordering, start in product([None, True], ORDERINGS, range(listing.FAR, 3500, 700)):
        asked = ProductFilter(in_stock=in_stock, ordering=ordering)

        assert walked(asked, start=start) < 3 * blocks.SIZE, (asked, start)


def test_a_page_anywhere_in_a_category_is_a_walk_of_a_block(slug):
    for in_stock, ordering, start in product([None, True], ORDERINGS, range(listing.FAR, 640, 45)):
        asked = ProductFilter(category=slug, in_stock=in_stock, ordering=ordering)

        assert walked(asked, start=start) < 3 * blocks.SIZE, (asked, start)


@pytest.mark.usefixtures("slug")
def test_a_page_anywhere_in_a_range_of_prices_is_a_walk_of_a_stride():
    for in_stock, ordering, start in product([None, True], ORDERINGS, range(listing.FAR, 2900, 600)):
        asked = ProductFilter(min_price=Decimal("51.5"), in_stock=in_stock, ordering=ordering)

        assert walked(asked, start=start) < 3 * blocks.SIZE, (asked, start)


def test_a_page_anywhere_in_a_range_of_a_large_branch_is_a_walk_of_a_stride(slug, monkeypatch):
    monkeypatch.setattr(tallies, "MANY", 500)
    anew.count_anew(now=timezone.now())
    for ordering, start in product(ORDERINGS, range(listing.FAR, 640, 45)):
        asked = ProductFilter(category=slug, min_price=Decimal("11.5"), ordering=ordering)

        assert walked(asked, start=start) < 3 * blocks.SIZE, (asked, start)


@pytest.mark.usefixtures("slug")
@pytest.mark.parametrize("ordering", [None, "name"])
def test_a_page_far_down_in_a_search_fetches_what_is_found_once(ordering):
    asked = ProductFilter(search="mug", ordering=ordering)
    listing.find(asked=asked, start=0, size=20, with_facets=True)  # and so the tree of categories is known
    before = read(FETCHED)
    listing.find(asked=asked, start=PLACES // 2, size=20, with_facets=True)

    assert PLACES <= read(FETCHED) - before < 1.1 * PLACES
