"""Products are created, changed and taken off sale, with their addresses and news."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from backend.catalog import actions
from backend.catalog.drafts import ImageDraft
from backend.catalog.models import Category, Product
from backend.core.errors import Conflict, Invalid, Missing
from backend.inventory.models import Stock
from backend.outbox.models import Event
from tests import factories
from tests.catalog.drafting import create, draft, update, variant

pytestmark = pytest.mark.django_db


def told():
    return list(Event.objects.filter(event="catalog.changed").values_list("data", flat=True))


def test_a_product_without_variants_is_counted_under_its_own_sku():
    product = create(quantity=7, low_stock_threshold=3)

    stock = Stock.objects.get(sku="LAMP")

    assert (stock.product, stock.variant, stock.on_hand, stock.threshold) == ("lamp", None, 7, 3)
    assert told() == [{"product_id": str(product.pk), "slug": "lamp"}]


def test_a_slug_made_from_the_name_steps_aside_for_a_taken_one():
    slugs = [create(f"L{n}", name="Étoile: the Lamp").slug for n in range(3)]

    assert slugs == ["etoile-the-lamp", "etoile-the-lamp-2", "etoile-the-lamp-3"]


@pytest.mark.parametrize("name", ["灯", "🙂", "Categories"])
def test_a_name_that_makes_no_slug_gets_one_all_the_same(name):
    assert create("LAMP-1", name=name).slug in ("lamp-1", "categories-2")


def test_a_taken_slug_is_refused():
    create()

    with pytest.raises(Conflict) as refused:
        create("DESK", slug="lamp")

    assert refused.value.details == {"slug": ["It is taken."]}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"slug": "categories"}, "slug"),
        ({"slug": "no spaces"}, "slug"),
        ({"name": "  "}, "name"),
        ({"sku": "A,B"}, "sku"),
        ({"sku": " A"}, "sku"),
        ({"sku": "A/B"}, "sku"),
        ({"category": "unknown"}, "category"),
        ({"images": (ImageDraft(image="javascript:alert(1)"),)}, "images"),
        ({"images": (ImageDraft(image="../../etc/passwd"),)}, "images"),
        ({"images": (ImageDraft(image="https://"),)}, "images"),
        ({"variants": (variant("LAMP"),)}, "variants"),
        ({"variants": (variant("A"), variant("A"))}, "variants"),
    ],
)
def test_a_draft_that_can_not_be_is_refused(fields, field):
    with pytest.raises(Invalid) as refused:
        create(**fields)

    assert list(refused.value.details) == [field]
    assert not Product.objects.exists()


def test_one_image_is_the_primary_one():
    create(images=(ImageDraft(image="b.png", order=2), ImageDraft(image="a.png", order=1)))

    images = Product.objects.get().images.values_list("image", "is_primary")

    assert list(images) == [("a.png", True), ("b.png", False)]


def test_the_same_draft_again_changes_nothing():
    factories.category("lights")
    fields = {
        "category": "lights",
        "variants": (variant("LAMP-R", quantity=2, price=Decimal("12")), variant("LAMP-G")),
        "images": (ImageDraft(image="a.png"), ImageDraft(image="b.png")),
    }
    before = create(quantity=5, **fields)
    versions = list(Stock.objects.values_list("sku", "version"))
    Event.objects.all().delete()

    after = update("lamp", quantity=9, **fields)

    assert after.updated_at == before.updated_at
    assert list(Stock.objects.values_list("sku", "version")) == versions
    assert not Event.objects.exists()


def test_a_changed_price_is_written_and_told():
    create()
    Event.objects.all().delete()
    now = timezone.now() + timedelta(hours=1)

    product = actions.update_product(slug="lamp", draft=draft(price=Decimal("8.50")), actor_id=None, now=now)

    assert (product.price, product.updated_at) == (Decimal("8.50"), now)
    assert told() == [{"product_id": str(product.pk), "slug": "lamp"}]


def test_deactivating_twice_tells_once():
    create()
    Event.objects.all().delete()

    for _ in range(2):
        actions.deactivate_product(slug="lamp", now=timezone.now())

    assert not Product.objects.get().is_active
    assert len(told()) == 1


def test_what_does_not_exist_can_not_be_changed():
    with pytest.raises(Missing):
        update("nothing")
    with pytest.raises(Missing):
        actions.deactivate_product(slug="nothing", now=timezone.now())


def test_a_path_of_categories_is_made_once():
    paths = [("Home", "Lights"), ("Home", "lights"), ("Garden", "Lights")]

    made = [actions.ensure_category(names=names, now=timezone.now()).slug for names in paths]

    assert made == ["lights", "lights", "garden-lights"]
    assert Category.objects.count() == 4
