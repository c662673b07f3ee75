"""What is kept of a product is what would be made of it now, after whatever was done to it."""

import uuid
from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from api import links
from backend.catalog import representations
from backend.catalog.drafts import ImageDraft
from backend.catalog.models import Product, ProductImage, Representation, Variant
from backend.core import audits
from backend.orders.audit import STOCK
from backend.shelf.models import Place
from tests import factories
from tests.catalog.changing import NASTY, Shop
from tests.catalog.drafting import create, variant

pytestmark = pytest.mark.django_db
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


@pytest.fixture
def shop(alice, staff, tmp_path, monkeypatch):
    monkeypatch.setattr("backend.orders.queries.has_bought", lambda **_: True)
    boss = factories.user("boss@shopwire.example", is_staff=True, is_superuser=True)

    def of(seed):
        return Shop(seed=seed, buyers=[alice, staff], boss=boss, folder=tmp_path)

    return of


PATHS = (
    "",
    "?facets=true",
    "?category=lamps&facets=true&ordering=name",
    "?search=lamp&facets=true",
    "?in_stock=true&ordering=price",
    "?in_stock=false&min_price=5",
    "categories/",
    "lamp/",
    "light/",
    "desk/",
    "shade/",
    "lamp/reviews/",
    "light/reviews/",
)


@pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))]
)
def test_kept_and_cached_is_what_is_made_now(as_guest, as_bob, as_staff, settle, shop, seed):
    """What guests got before is served again only as long as it is so: they see what is made for others now.

    And the shelf, and all else that is kept twice, adds up.
    """
    shop = shop(seed)
    for change in shop.changes():
        change()
        settle()

        assert kept() == made_now()
        assert audits.look(STOCK, now=shop.now).findings == [], change
        assert Place.objects.count() == Product.objects.count()
        for path in PATHS:
            # For neither is anything kept: staff get lists fresh, customers the rest, where staff see more.
            asked_anew = as_bob if path and path[0] not in "?c" else as_staff
            cached, fresh = (caller.get(f"products/{path}") for caller in (as_guest, asked_anew))
            assert (cached.status_code, cached.json()) == (fresh.status_code, fresh.json()), (change, path)


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
