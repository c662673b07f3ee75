"""Pages of departments while categories move between them and products come and change, against plain SQL.

Each is asked for twice as a guest: what is cached must be as right as what is computed.
"""

from decimal import Decimal
from random import Random

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.catalog import actions, anew, listing
from backend.catalog.models import Category, Product
from backend.inventory import actions as inventory
from backend.shelf import blocks, tallies
from tests import factories
from tests.catalog.drafting import create

pytestmark = pytest.mark.django_db
NAMES = ["Lamp", "Mug", "Desk"]
ORDERS = {
    "name": "lower(name), id",
    "price": "price, id",
    "-price": "price DESC, id DESC",
    "created_at": "created_at, id DESC",
    "-created_at": "created_at DESC, id",
}
PLAIN = """
WITH RECURSIVE branch AS (
    SELECT id FROM catalog_category WHERE slug = %s
     UNION ALL
    SELECT below.id FROM catalog_category AS below JOIN branch ON below.parent_id = branch.id)
SELECT slug FROM catalog_product
 WHERE is_active AND category_id IN (SELECT id FROM branch)
   AND price >= %s
   AND (%s OR EXISTS (SELECT FROM inventory_stock WHERE product = slug AND held < on_hand))
 ORDER BY {order}
"""


class Shop:
    """Two departments with two leaves each; each change is one of many that happen in shops."""

    def __init__(self, random):
        self.random, self.number = random, 0
        for department in "ab":
            top = factories.category(department)
            self.leaves = [factories.category(f"{department}{leaf}", parent=top) for leaf in range(2)]
        for _ in range(12):
            self.come()

    def leaf(self):
        return f"{self.random.choice('ab')}{self.random.randrange(2)}"

    def somebody(self):
        return self.random.choice(Product.objects.filter(is_active=True))

    def change(self):
        changes = [
            self.come,
            self.go,
            self.turn,
            self.move_product,
            self.move_category,
            self.rename,
            self.fold,
        ]
        self.random.choice(changes)()

    def come(self):
        self.number += 1
        fields = {"name": self.random.choice(NAMES), "quantity": self.random.randrange(2)}
        price = Decimal(self.random.randrange(3))
        create(f"S{self.number}", category=self.leaf(), price=price, **fields)

    def go(self):
        actions.deactivate_product(slug=self.somebody().slug, now=timezone.now())

    def turn(self):
        by = self.random.choice([1, -1])
        units = {"sku": self.somebody().sku, "delta": by, "note": "", "actor_id": None, "now": timezone.now()}
        if by > 0 or self.left(units["sku"]):
            inventory.adjust(**units)

    def left(self, sku):
        with connection.cursor() as cursor:
            cursor.execute("SELECT on_hand > held FROM inventory_stock WHERE sku = %s", [sku])
            return cursor.fetchone()[0]

    def move_product(self):
        self._become(category=self.leaf())

    def rename(self):
        self._become(name=self.random.choice(NAMES), price=Decimal(self.random.randrange(3)))

    def _become(self, **changes):
        slug, now = self.somebody().slug, timezone.now()
        actions.change_product(slug=slug, changes=changes, actor_id=None, now=now)

    def move_category(self):
        """To the other department, or up beside them."""
        category = Category.objects.get(slug=self.leaf())
        above = self.random.choice(["a", "b", None])
        with transaction.atomic():
            category.parent = Category.objects.get(slug=above) if above else None
            category.save(update_fields=["parent"])
            actions.tell_of_category(category=category, is_renamed=False, now=timezone.now())

    def fold(self):
        anew.count_anew(now=timezone.now())


def pages(as_guest, question):
    """What all pages show, one behind the other."""
    shown, page = [], 1
    while page:
        told = as_guest.get(f"products/?{question}&page_size=2&page={page}").json()
        shown += [one["slug"] for one in told["results"]]
        page = page + 1 if told["next"] else None
    assert told["count"] == len(shown)
    return shown


@pytest.mark.parametrize("seed", range(2))
def test_every_page_of_a_department_is_what_sql_finds(seed, as_guest, settle, monkeypatch):
    monkeypatch.setattr(listing, "FAR", 2)
    monkeypatch.setattr(blocks, "SIZE", 2)
    monkeypatch.setattr(tallies, "MANY", 5)
    monkeypatch.setattr(tallies, "STEP", 1)
    shop = Shop(Random(seed))
    shop.fold()
    for _ in range(15):
        shop.change()
        settle()
        department, ordering = shop.random.choice(["a", "b", "a1"]), shop.random.choice(list(ORDERS))
        in_stock, low = shop.random.random() < 0.3, shop.random.choice([0, 0, 1, 2])
        with connection.cursor() as cursor:
            cursor.execute(PLAIN.format(order=ORDERS[ordering]), [department, low, not in_stock])
            wanted = [slug for (slug,) in cursor.fetchall()]
        question = f"category={department}&ordering={ordering}{'&in_stock=true' if in_stock else ''}"
        question += f"&min_price={low}" if low else ""

        for _ in ("computed", "cached"):
            assert pages(as_guest, question) == wanted, question
