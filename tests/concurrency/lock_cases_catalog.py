"""What the catalogue and its reviews lock: the product, then the stock of its SKUs, then its place.

The products of the stall have no places yet.
"""

from functools import partial

from backend.catalog import actions as catalog
from backend.catalog import anew
from backend.catalog.drafts import ProductDraft, VariantDraft
from backend.reviews import actions as reviews
from tests import factories
from tests.concurrency.stall import Act, Stall, case

DRAFT = ProductDraft(
    name="Chair",
    sku="CHAIR",
    slug="chair",
    price="9.00",
    variants=(VariantDraft(name="Tall", sku="CHAIR-9"), VariantDraft(name="Low", sku="CHAIR-10")),
)


@case("catalog.actions.create_product", ["product", "stock CHAIR-10", "stock CHAIR-9", "place"])
def with_two_variants(stall: Stall) -> Act:
    return partial(catalog.create_product, draft=DRAFT, actor_id=None, now=stall.now)


@case("catalog.actions.change_product", ["product", "stock DESK", "stock DESK-10", "stock DESK-2", "place"])
def its_threshold(stall: Stall) -> Act:
    slug, changes = stall.desk().slug, {"low_stock_threshold": 7}
    return partial(catalog.change_product, slug=slug, changes=changes, actor_id=None, now=stall.now)


@case(
    "catalog.actions.update_product",
    ["product", "stock DESK", "stock DESK-0", "stock DESK-10", "stock DESK-2", "place"],
)
def its_variants(stall: Stall) -> Act:
    desk = stall.desk()
    names = ("DESK-2", "DESK-0")
    draft = ProductDraft(
        name="Desk",
        sku="DESK",
        price="1.00",
        low_stock_threshold=1,
        variants=tuple(VariantDraft(name=f"{sku} oak", sku=sku) for sku in names),
    )
    return partial(catalog.update_product, slug=desk.slug, draft=draft, actor_id=None, now=stall.now)


@case(
    "catalog.actions.deactivate_product",
    ["product", "stock DESK", "stock DESK-10", "stock DESK-2", "place"],
)
def one_on_sale(stall: Stall) -> Act:
    return partial(catalog.deactivate_product, slug=stall.desk().slug, now=stall.now)


@case("catalog.anew.shelve", ["product", "stock A", "stock Z", "place"])
def two_at_once(stall: Stall) -> Act:
    ids = [factories.product(sku=sku).pk for sku in ("Z", "A")]
    return partial(anew.shelve, product_ids=ids, now=stall.now)


@case("catalog.anew.refresh_branch", ["product", "stock A", "stock Z", "place"])
def a_renamed_one(stall: Stall) -> Act:
    category = factories.category()
    for sku in ("Z", "A"):
        factories.product(sku=sku, category=category)
    return partial(anew.refresh_branch, category=category.slug, after=None, now=stall.now)


@case("catalog.anew.represent", ["product"])
def two_of_them(stall: Stall) -> Act:
    made = [factories.product(sku=sku) for sku in ("Z", "A")]
    ids = [product.pk for product in made]
    return partial(anew.represent, product_ids=ids, now=stall.now)


@case("reviews.actions.add_review", ["product"])
def of_a_thing_bought(stall: Stall) -> Act:
    stall.paid()
    return partial(
        reviews.add_review, user=stall.alice, slug="mug-9", rating=5, title="", comment="", now=stall.now
    )


@case("reviews.actions.moderate_review", ["product"])
def to_be_hidden(stall: Stall) -> Act:
    review = of_a_thing_bought(stall)()
    return partial(reviews.moderate_review, review_id=review.pk, is_approved=False, now=stall.now)
