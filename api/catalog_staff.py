"""Products created, changed and taken off sale by staff; the paths are the catalogue's."""

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Schema, Status
from pydantic import StrictBool, StrictInt, StringConstraints

from api import auth, catalog, fields
from api.catalog_schemas import Detail
from api.examples import example
from api.responses import responses
from backend.catalog import actions
from backend.catalog.drafts import ImageDraft, ProductDraft, VariantDraft

MOST_UNITS = 1_000_000_000
LARGEST_INTEGER = 2_147_483_647
router = catalog.router  # one path, one router: or its other methods would be 405

Text = Annotated[str, StringConstraints(strict=True, max_length=50_000)]
Word = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=255)]
Attribute = Annotated[str, StringConstraints(strict=True, max_length=100)]
Units = Annotated[StrictInt, Field(ge=0, le=MOST_UNITS)]


class VariantIn(Schema):
    """A variant, known by its SKU; `quantity` is its opening stock. Without a price it has the product's."""

    name: fields.Line255
    sku: fields.Line100
    price: catalog.Price | None = None
    quantity: Units = 0
    attributes: Annotated[dict[Attribute, Word], Field(max_length=30)] = {}


class ImageIn(Schema):
    """A picture: the path that an upload answered, or a URL."""

    image: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=500)]
    alt_text: Word = ""
    is_primary: StrictBool = False
    order: Annotated[StrictInt, Field(ge=0, le=LARGEST_INTEGER)] = 1


class ProductChanges(Schema):
    """What is left out stays as it is. `variants` and `images`, if given, are all there are from now on."""

    model_config = example({"price": "2399.99", "is_featured": True})

    name: fields.Line255 = ""
    sku: fields.Line100 = ""
    price: catalog.Price = Decimal(0)
    slug: Annotated[str | None, Field(max_length=255)] = None
    description: Text = ""
    compare_price: catalog.Price | None = None
    cost_price: catalog.Price | None = None
    category: Annotated[str | None, Field(max_length=120, description="Its slug")] = None
    quantity: Annotated[Units, Field(description="Opening stock; counts on creation only")] = 0
    weight: Annotated[str | None, StringConstraints(strict=True, max_length=50)] = None
    dimensions: Annotated[str | None, StringConstraints(strict=True, max_length=100)] = None
    is_active: StrictBool = True
    is_featured: StrictBool = False
    track_inventory: StrictBool = True
    low_stock_threshold: Annotated[StrictInt, Field(ge=0, le=LARGEST_INTEGER)] | None = None
    variants: Annotated[list[VariantIn], Field(max_length=200)] = []
    images: Annotated[list[ImageIn], Field(max_length=50)] = []

    def changes(self) -> dict[str, Any]:
        """What was sent, as fields of a draft."""
        sent = self.model_dump(exclude_unset=True)
        for name in {"slug", "weight", "dimensions"} & sent.keys():
            sent[name] = sent[name] or ""
        if "variants" in sent:
            sent["variants"] = tuple(VariantDraft(**variant) for variant in sent["variants"])
        if "images" in sent:
            sent["images"] = tuple(ImageDraft(**image) for image in sent["images"])
        return sent


class ProductIn(ProductChanges):
    """A whole product: what is left out is empty."""

    model_config = example(
        {
            "name": 'MacBook Pro 16"',
            "description": "Powerful laptop with M2 Pro chip...",
            "price": "2499.99",
            "compare_price": "2999.99",
            "cost_price": "1500.00",
            "sku": "MBPRO-16-2024",
            "category": None,
            "quantity": 15,
            "weight": "2.1",
            "dimensions": "35 x 24 x 1.6 cm",
            "variants": [
                {
                    "name": "16GB RAM - 512GB SSD",
                    "sku": "MBPRO-16-512",
                    "price": "2499.99",
                    "quantity": 10,
                    "attributes": {"ram": "16GB", "storage": "512GB"},
                }
            ],
            "images": [{"image": "https://shop.example/macbook1.jpg", "alt_text": "Front view"}],
        }
    )

    name: fields.Line255
    sku: fields.Line100
    price: catalog.Price


@router.post(
    "/",
    auth=auth.staff,
    response=responses({201: Detail}, also=(401, 403, 409)),
    summary="Create a product",
)
def create_product(request: auth.Request, payload: ProductIn) -> HttpResponse:
    product = actions.create_product(
        draft=ProductDraft(**payload.changes()), actor_id=request.auth.pk, now=timezone.now()
    )
    return catalog.just_written(request, slug=product.slug, status=201)


@router.put(
    "/{slug}/",
    auth=auth.staff,
    response=responses({200: Detail}, also=(401, 403, 404, 409)),
    summary="Replace a product",
)
def replace_product(request: auth.Request, slug: str, payload: ProductIn) -> HttpResponse:
    """Its SKU never changes. Variants are matched by SKU; those left out go off sale."""
    product = actions.update_product(
        slug=slug,
        draft=ProductDraft(**payload.changes()),
        actor_id=request.auth.pk,
        now=timezone.now(),
    )
    return catalog.just_written(request, slug=product.slug)


@router.patch(
    "/{slug}/",
    auth=auth.staff,
    response=responses({200: Detail}, also=(401, 403, 404, 409)),
    summary="Change a product",
)
def change_product(request: auth.Request, slug: str, payload: ProductChanges) -> HttpResponse:
    product = actions.change_product(
        slug=slug, changes=payload.changes(), actor_id=request.auth.pk, now=timezone.now()
    )
    return catalog.just_written(request, slug=product.slug)


@router.delete(
    "/{slug}/",
    auth=auth.staff,
    response=responses({204: None}, also=(401, 403, 404)),
    summary="Take a product off sale",
)
def deactivate_product(request: auth.Request, slug: str) -> Status[None]:
    actions.deactivate_product(slug=slug, now=timezone.now())
    return Status(204, None)
