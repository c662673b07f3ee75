"""Whatever changes the catalogue, in a random order: by staff, in the admin, by buyers, by the importer."""

import random
from decimal import Decimal

from django.core.management import call_command
from django.utils import timezone

from backend.accounts import actions as accounts
from backend.cart import actions as carts
from backend.catalog import actions
from backend.catalog.drafts import ImageDraft
from backend.catalog.models import Category, Product
from backend.inventory import actions as inventory
from backend.inventory.models import Stock
from backend.orders import actions as orders
from backend.orders.models import Order
from backend.reviews import actions as reviews
from backend.reviews.models import Review
from tests import factories
from tests.admin.conftest import Desk, form
from tests.caller import Caller
from tests.catalog.drafting import create, variant
from tests.staff.conftest import pay

NASTY = 'a "quoted" \\u0001 name \x01\x02\x03\x04\x05 </b> ß 😀'
CSV = """Handle,Title,Type,Published,Variant SKU,Variant Inventory Qty,Variant Price
shade,{title},{category},true,SHADE,{quantity},{price}
"""


class Shop:
    """Each `do_…` is one change; all of them happen, in an order that hangs on the seed."""

    def __init__(self, *, seed, buyers, boss, folder):
        self.random, self.buyers, self.now = random.Random(seed), buyers, timezone.now()
        self.desk, self.staff, self.file = Desk(boss), Caller(boss), folder / "shop.csv"
        for slug in ("lamps", "desks"):
            factories.category(slug)
        for sku in ("LAMP", "DESK"):
            create(sku, category="lamps", quantity=3)
        self.mug, self.cup = (create(sku, category="lamps", quantity=2) for sku in ("MUG", "CUP"))
        self.review(buyers[1])
        self.boss = boss
        self.home = factories.address(buyers[0]).pk

    def changes(self):
        """Each of them once."""
        named = [getattr(self, name) for name in sorted(vars(Shop)) if name.startswith("do_")]
        return self.random.sample(named, len(named))

    def slug(self):
        return Product.objects.get(sku=self.random.choice(["LAMP", "DESK"])).slug

    def change(self, **changes):
        actions.change_product(slug=self.slug(), changes=changes, actor_id=None, now=self.now)

    def do_words(self):
        self.change(
            name=self.random.choice(["Lamp", "Ünïcode", "Light"]),
            description=self.random.choice(["", NASTY]),
            is_featured=self.random.choice([True, False]),
        )

    def do_price(self):
        self.change(
            price=Decimal(self.random.randint(0, 9999)) / 100,
            compare_price=self.random.choice([None, Decimal("50.00")]),
            cost_price=self.random.choice([None, Decimal("1.00")]),
        )

    def do_place(self):
        self.change(
            category=self.random.choice([None, "lamps", "desks"]),
            track_inventory=self.random.choice([True, False]),
            is_active=self.random.choice([True, True, False]),
        )

    def do_slug(self):
        product = Product.objects.get(sku="LAMP")
        slug = self.random.choice(["lamp", "light"])
        actions.change_product(slug=product.slug, changes={"slug": slug}, actor_id=None, now=self.now)

    def do_variants(self):
        slug = self.slug()
        price = self.random.choice([None, Decimal("7.00")])
        skus = [f"{slug.upper()}-{name}" for name in self.random.sample("ABC", self.random.randint(0, 3))]
        made = [variant(sku, quantity=2, price=price, attributes={"size": sku[-1]}) for sku in skus]
        changes = {"variants": tuple(made)}
        actions.change_product(slug=slug, changes=changes, actor_id=None, now=self.now)

    def do_images(self):
        paths = self.random.sample(["a/b c.png", "https://cdn.example/ü.png?x=1", "d.png"], 2)
        self.change(
            images=tuple(ImageDraft(image=path, alt_text=NASTY, order=n) for n, path in enumerate(paths))
        )

    def do_new_product(self):
        create(f"NEW-{Product.objects.count()}", category="desks", quantity=self.random.randint(0, 1))

    def do_off_sale(self):
        actions.deactivate_product(slug=self.slug(), now=self.now)

    def do_off_and_on_sale_in_the_admin(self):
        product = Product.objects.get(sku=self.random.choice(["LAMP", "DESK"]))
        self.desk.run("put_on_sale" if not product.is_active else "take_off_sale", product)

    def do_category_in_the_admin(self):
        category = Category.objects.get(slug="lamps")
        name = self.random.choice(["Lamps", "Lights", "Lighting"])
        answer = self.desk.save(category, name=name, description=name, image="a.png", position=len(name))
        assert answer.status_code == 200

    def do_product_in_the_admin(self):
        product = Product.objects.get(sku=self.random.choice(["LAMP", "DESK"]))
        category = self.random.choice([None, *Category.objects.filter(slug__in=["lamps", "desks"])])
        changes = {"name": self.random.choice(["Lamp", "Torch"]), "category": category.pk if category else ""}
        answer = self.desk.save(product, **form(product, price="3.00", **changes))
        assert answer.redirect_chain

    def do_price_over_rest(self):
        price = str(Decimal(self.random.randint(1, 9999)) / 100)
        answer = self.staff.patch(f"products/{self.slug()}/", {"price": price})
        assert answer.status_code == 200

    def do_stock_over_rest(self):
        stock = self.random.choice(Stock.objects.order_by("sku"))
        delta = self.random.choice([-stock.quantity or 1, 1])
        answer = self.staff.post(f"staff/stock/{stock.sku}/adjust/", {"delta": delta, "reason": "count"})
        assert answer.status_code == 200

    def do_new_category(self):
        actions.ensure_category(names=["Home", f"Room {Category.objects.count()}"], now=self.now)

    def do_import(self):
        self.file.write_text(
            CSV.format(
                title=self.random.choice(["Shade", "Lamp shade"]),
                category=self.random.choice(["Shades", "Parasols"]),
                quantity=self.random.randint(0, 5),
                price=self.random.randint(1, 300),
            )
        )
        call_command("import_products", str(self.file), "--strict")

    def review(self, user):
        product = Product.objects.get(sku="LAMP")
        if product.is_active and not Review.objects.filter(user=user).exists():
            words = {"title": "Good", "comment": NASTY, "rating": self.random.randint(1, 5)}
            reviews.add_review(user=user, slug=product.slug, now=self.now, **words)

    def do_review(self):
        self.review(self.buyers[0])

    def do_moderate(self):
        for review in Review.objects.filter(user=self.buyers[0]):
            reviews.moderate_review(review_id=review.pk, is_approved=not review.is_approved, now=self.now)

    def do_rename_an_author(self):
        name = f"Ann {self.random.random()}"
        accounts.update_profile(
            user_id=self.buyers[1].pk, first_name=name, last_name=None, phone_number=None, now=self.now
        )

    def do_count_stock(self):
        stock = self.random.choice(Stock.objects.order_by("sku"))
        delta = self.random.choice([-stock.quantity, 1])
        inventory.adjust(sku=stock.sku, delta=delta, note="count", actor_id=None, now=self.now)

    def buy_all(self, product):
        """The order, if there was something to buy."""
        buyer, left = self.buyers[0], Stock.objects.get(sku=product.sku).quantity
        if not left:
            return None
        what = {"product_id": product.pk, "variant_id": None, "quantity": left}
        carts.add_item(user_id=buyer.pk, now=self.now, **what)
        addresses = {"shipping_address_id": self.home, "billing_address_id": self.home}
        return orders.place_order(user=buyer, now=self.now, **addresses)

    def do_buy_all(self):
        self.buy_all(self.mug)

    def do_buy_and_pay(self):
        if order := self.buy_all(self.cup):
            pay(order)

    def do_return(self):
        for order in Order.objects.filter(status="processing"):
            step = {"order_id": order.pk, "actor": self.boss, "now": self.now}
            orders.ship_order(tracking_number="1Z9", carrier="UPS", **step)
            orders.deliver_order(**step)
            orders.return_order(**step)

    def do_buy_and_expire(self):
        if order := self.buy_all(self.cup):
            assert orders.expire(order_id=order.pk, now=order.expires_at)

    def do_cancel(self):
        for order in Order.objects.filter(status="pending")[:1]:
            orders.cancel_order(order_id=order.pk, user=None, note="Changed", now=self.now)
