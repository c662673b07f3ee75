"""A crowd that buys, and staff who change stock and catalogue under its hands: deeds at random."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from backend.accounts.models import User
from backend.cart import actions as carts
from backend.cart.models import CartItem
from backend.catalog import actions as catalog
from backend.catalog import anew
from backend.catalog.models import Category, Product
from backend.core.errors import ShopError
from backend.inventory import actions as inventory
from backend.inventory.models import Stock
from backend.orders import actions as orders
from backend.orders.models import Order
from tests import factories
from tests.catalog.drafting import create, update, variant

SIZES = ["S", "M"]
CATEGORIES = ["home", "kitchen", "garden"]


class Crowd:
    """Few buyers and few units, so that they meet. What became of their deeds is counted."""

    def __init__(self) -> None:
        self.buyers = [factories.user() for _ in range(3)]
        for buyer in self.buyers:
            factories.address(buyer)
        home = factories.category("home")
        factories.category("kitchen", parent=home)
        factories.category("garden")
        for sku in ("MUG", "POT"):
            sold = tuple(variant(f"{sku}-{size}", quantity=2) for size in SIZES)
            create(sku, variants=sold, category="kitchen")
        create("LAMP", quantity=2, category="garden")
        self.became: Counter[str] = Counter()

    def at_once(self, *, seed: int, threads: int, deeds: int) -> None:
        """That many deeds on each of so many threads. Raises what is neither a refusal nor a 503."""
        with ThreadPoolExecutor(threads) as pool:
            acting = [pool.submit(self._act, Random(f"{seed} {place}"), deeds) for place in range(threads)]
        for one in acting:
            one.result()

    def _act(self, random: Random, deeds: int) -> None:
        try:
            for _ in range(deeds):
                deed = random.choice(DEEDS)
                self.became[f"{deed.__name__} {self._try(deed, random)}"] += 1
        finally:
            connection.close()

    def _try(self, deed: "Deed", random: Random) -> str:
        try:
            deed(random, random.choice(self.buyers))
        except ShopError as refusal:
            return refusal.code
        except OperationalError:  # an answer of 503, behind which nothing may have changed
            connection.close()
            return "unavailable"
        return "done"


def add(random: Random, buyer: User) -> None:
    product = random.choice(Product.objects.all())
    variants = [None, *product.variants.values_list("pk", flat=True)]
    ids = {"user_id": buyer.pk, "product_id": product.pk, "variant_id": random.choice(variants)}
    carts.add_item(**ids, quantity=1, now=timezone.now())


def change_line(random: Random, buyer: User) -> None:
    for line in CartItem.objects.filter(cart__user=buyer)[:1]:
        line_of = {"user_id": buyer.pk, "item_id": line.pk, "now": timezone.now()}
        if random.random() < 0.5:
            carts.set_quantity(**line_of, quantity=random.randrange(1, 3))
        else:
            carts.remove_item(**line_of)


def check_out(random: Random, buyer: User) -> None:
    address = buyer.addresses.get().pk
    ids = {"shipping_address_id": address, "billing_address_id": address}
    try:
        orders.place_order(user=buyer, **ids, now=timezone.now())
    except ShopError:
        carts.clear(user_id=buyer.pk, now=timezone.now())  # of what is sold no longer
        raise


def cancel(random: Random, buyer: User) -> None:
    for order in Order.objects.filter(status="pending").order_by("?")[:1]:
        orders.cancel_order(order_id=order.pk, user=None, note="", now=timezone.now())


def adjust(random: Random, buyer: User) -> None:
    sku = random.choice(Stock.objects.all()).sku
    delta = random.choice([-2, -1, 1, 2])
    inventory.adjust(sku=sku, delta=delta, note="counted", actor_id=None, now=timezone.now())


def change_product(random: Random, buyer: User) -> None:
    product = random.choice(Product.objects.all())
    fields: list[dict[str, Any]] = [
        {"price": factories.Decimal(random.randrange(1, 9))},
        {"category": random.choice([None, *CATEGORIES])},
        {"slug": f"{product.sku.lower()}-{random.randrange(3)}"},
        {"is_active": random.random() < 0.9},
        {"track_inventory": random.random() < 0.7},
        {"low_stock_threshold": random.randrange(3)},
        {"name": f"{product.sku} {random.randrange(9)}"},
    ]
    changes = random.choice(fields)
    catalog.change_product(slug=product.slug, changes=changes, actor_id=None, now=timezone.now())


def change_variants(random: Random, buyer: User) -> None:
    product = random.choice(Product.objects.all())
    sizes = random.sample(SIZES, random.randrange(3))
    sold = tuple(variant(f"{product.sku}-{size}", quantity=1) for size in sizes)
    update(product.slug, product.sku, category=random.choice(CATEGORIES), variants=sold)


def rename_category(random: Random, buyer: User) -> None:
    category = random.choice(Category.objects.all())
    with transaction.atomic():  # as the admin does
        Category.objects.filter(pk=category.pk).update(name=f"{category.slug} {random.randrange(99)}")
        catalog.tell_of_category(category=category, is_renamed=True, now=timezone.now())
    refresh_branch(category.slug)


def refresh_branch(category: str) -> None:
    """As a job does: again, until it is done."""
    try:
        anew.refresh_branch(category=category, after=None, now=timezone.now())
    except OperationalError:
        connection.close()
        refresh_branch(category)


def make_anew(random: Random, buyer: User) -> None:
    anew.count_anew(now=timezone.now())
    ids = list(Product.objects.values_list("pk", flat=True))
    anew.shelve(product_ids=ids, now=timezone.now())
    anew.represent(product_ids=ids, now=timezone.now())


type Deed = Callable[[Random, User], None]
BUYING: list[Deed] = [*[add] * 9, change_line, *[check_out] * 5, *[cancel] * 4]
SERVING: list[Deed] = [*[adjust] * 3, *[change_product] * 3, change_variants, rename_category, make_anew]
DEEDS = BUYING + SERVING
