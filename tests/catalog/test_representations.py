"""What is kept of a product is what would be made of it now, after whatever was done to it."""

import random
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from api import links
from backend.catalog import actions, representations
from backend.catalog.drafts import ImageDraft
from backend.catalog.models import Category, Product, ProductImage, Representation, Variant
from backend.inventory import actions as inventory
from backend.inventory.models import Stock
from backend.reviews import actions as reviews
from backend.reviews.models import Review
from tests import factories
from tests.catalog.drafting import create, variant

pytestmark = pytest.mark.django_db
NASTY = 'a "quoted" \\u0001 name \x01\x02\x03\x04\x05 </b> ß 😀'


MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
SUMMARY = (
    '{"id":"1","name":"Lamp","slug":"lamp","price":"10.00","compare_price":null,"quantity":\x02,'
    '"is_featured":false,"discount_percentage":0,"category":{"id":"1","name":"Things"},'
    '"images":[{"id":"1","image":"\x01a%20b.png","alt_text":"","is_primary":false}],'
    '"average_rating":0.0,"review_count":0}'
)
DETAIL = (
    '{"id":"1","name":"Lamp","slug":"lamp","description":"","price":"10.00","compare_price":null,'
    '"cost_price":\x04,"sku":"LAMP","quantity":\x02,"is_featured":false,"weight":null,"dimensions":null,'
    '"discount_percentage":0,"category":{"id":"1","name":"Things"},'
    '"images":[{"id":"1","image":"\x01a%20b.png","alt_text":"","is_primary":false,"order":1}],'
    '"variants":[{"id":"1","name":"Tall","sku":"TALL","price":"10.00","quantity":\x03TALL\x03,'
    '"attributes":{"size":"L"}}],"reviews":\x05,"average_rating":0.0,"review_count":0,'
    '"created_at":"2026-01-01T00:00:00.000000Z"}'
)


def kept():
    return {(one.pk, one.shape, one.summary, one.detail) for one in Representation.objects.all()}


def made_now():
    ids = Product.objects.values_list("pk", flat=True)
    made = representations.made(Product.objects.all(), ids)
    return {(one.pk, one.shape, one.summary, one.detail) for one in made}


class Staff:
    """Does anything to the shop that staff, customers or the importer can do."""

    def __init__(self, seed, buyers):
        self.random, self.buyers, self.now = random.Random(seed), buyers, timezone.now()
        for slug in ("lamps", "desks"):
            factories.category(slug)
        for sku in ("LAMP", "DESK"):
            create(sku, category="lamps", quantity=3)

    def act(self):
        self.random.choice([getattr(self, name) for name in sorted(vars(Staff)) if name.startswith("do_")])()

    def slug(self):
        return self.random.choice(["lamp", "desk"])

    def do_change(self, **changes):
        changes = changes or {
            "price": Decimal(self.random.randint(0, 9999)) / 100,
            "compare_price": self.random.choice([None, Decimal("50.00")]),
            "cost_price": self.random.choice([None, Decimal("1.00")]),
            "name": self.random.choice(["Lamp", "Ünïcode", "Light"]),
            "description": self.random.choice(["", NASTY]),
            "track_inventory": self.random.choice([True, False]),
            "is_active": self.random.choice([True, True, False]),
            "category": self.random.choice([None, "lamps", "desks"]),
        }
        actions.change_product(slug=self.slug(), changes=changes, actor_id=None, now=self.now)

    def do_variants(self):
        slug = self.slug()
        names = self.random.sample("ABC", self.random.randint(0, 3))
        price = self.random.choice([None, Decimal("7.00")])
        skus = [f"{slug.upper()}-{name}" for name in names]
        made = tuple(variant(sku, quantity=2, price=price, attributes={"size": sku[-1]}) for sku in skus)
        actions.change_product(slug=slug, changes={"variants": made}, actor_id=None, now=self.now)

    def do_images(self):
        paths = self.random.sample(["a/b c.png", "https://cdn.example/ü.png?x=1", "d.png"], 2)
        images = tuple(ImageDraft(image=path, alt_text=NASTY, order=n) for n, path in enumerate(paths))
        self.do_change(images=images)

    def do_category(self):
        category = Category.objects.get(slug="lamps")
        category.name = self.random.choice(["Lamps", "Lights", "Lighting"])
        category.save()
        actions.refresh_category(category_id=category.pk, now=self.now)

    def do_review(self):
        bare = [user for user in self.buyers if not Review.objects.filter(user=user).exists()]
        if bare and Product.objects.filter(slug="lamp", is_active=True).exists():
            words = {"title": "Good", "comment": NASTY, "rating": self.random.randint(1, 5)}
            reviews.add_review(user=bare[0], slug="lamp", now=self.now, **words)

    def do_moderate(self):
        for review in Review.objects.all():
            is_approved = self.random.choice([True, False])
            reviews.moderate_review(review_id=review.pk, is_approved=is_approved, now=self.now)

    def do_stock(self):
        stock = self.random.choice(Stock.objects.order_by("sku"))
        delta = self.random.choice([-stock.quantity, 1])
        inventory.adjust(sku=stock.sku, delta=delta, note="count", actor_id=None, now=self.now)


@pytest.mark.parametrize("seed", range(3))
def test_kept_and_cached_is_what_is_made_now(as_guest, as_bob, alice, staff, settle, monkeypatch, seed):
    monkeypatch.setattr("backend.orders.queries.has_bought", lambda **_: True)
    shop = Staff(seed, [alice, staff])
    settle()
    paths = (
        "",
        "?search=lamp&facets=true",
        "?in_stock=true&ordering=price",
        "lamp/",
        "desk/",
        "lamp/reviews/",
    )
    for _ in range(14):
        shop.act()
        settle()

        assert kept() == made_now()
        for path in paths:
            cached, fresh = (caller.get(f"products/{path}") for caller in (as_guest, as_bob))
            assert (cached.status_code, cached.json()) == (fresh.status_code, fresh.json())


def test_no_name_can_forge_what_stands_in_a_mark(as_guest):
    create(description=NASTY, images=(ImageDraft(image="a.png", alt_text=NASTY),))

    shown = as_guest.get("products/lamp/").json()

    assert (shown["description"], shown["images"][0]["alt_text"]) == (NASTY, NASTY)
    assert shown["images"][0]["image"] == "http://testserver/media/a.png"


def test_an_address_that_must_be_signed_is_made_for_each_file(as_guest, monkeypatch):
    create(images=(ImageDraft(image="a/ä b.png"), ImageDraft(image="https://cdn.example/c.png")))
    signed = lambda path: f"https://bucket.example/{path}?signature=1"  # noqa: E731
    monkeypatch.setattr(links, "default_storage", type("Bucket", (), {"url": staticmethod(signed)}))

    images = as_guest.get("products/lamp/").json()["images"]

    assert [image["image"] for image in images] == [
        "https://bucket.example/a/ä b.png?signature=1",
        "https://cdn.example/c.png",
    ]


@pytest.mark.parametrize("spoil", ["delete", "outdate"])
def test_readers_make_what_is_missing_or_of_an_older_shape(as_bob, spoil):
    create(category=factories.category("lights").slug, variants=(variant("LAMP-A", quantity=4),))
    paths = ("products/", "products/lamp/")
    before = [as_bob.get(path).json() for path in paths]
    rows = Representation.objects.all()
    rows.delete() if spoil == "delete" else rows.update(shape=0, summary="{}", detail="{}")

    assert [as_bob.get(path).json() for path in paths] == before


def test_refresh_catalogue_writes_what_is_missing_or_of_an_older_shape(monkeypatch, capsys):
    monkeypatch.setattr(representations, "BATCH", 2)
    for sku in "ABCDE":
        create(sku)
    Representation.objects.filter(product__sku="A").delete()
    Representation.objects.filter(product__sku__in="BDE").update(shape=0, summary="", detail="")
    Representation.objects.filter(product__sku="C").update(summary="left alone")

    call_command("refresh_catalogue")

    assert capsys.readouterr().out == "catalogue: 4 products written anew\n"
    assert len(kept() - made_now()) == 1
    call_command("refresh_catalogue", "--all")
    assert capsys.readouterr().out == "catalogue: 5 products written anew\n"
    assert kept() == made_now()
    call_command("refresh_catalogue")
    assert capsys.readouterr().out == ""


def test_a_text_that_comes_out_otherwise_has_another_version():
    """If this fails, readers of a running shop would get the old text: raise shapes.VERSION, and this."""
    one = uuid.UUID(int=1)
    product = factories.product(pk=one, sku="LAMP", category=factories.category(pk=one), created_at=MADE_AT)
    ProductImage.objects.create(pk=one, product=product, image="a b.png")
    Variant.objects.create(pk=one, product=product, name="Tall", sku="TALL", attributes={"size": "L"})

    (made,) = representations.made(Product.objects.all(), [one])

    assert (made.shape, made.summary.replace(str(one), "1")) == (1, SUMMARY)
    assert made.detail.replace(str(one), "1") == DETAIL
