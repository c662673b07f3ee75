"""What customers wish for."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from ninja import Query, Router, Schema, Status

from api import auth
from api.examples import example
from api.pagination import Page, PageQuery, page_of
from api.responses import responses
from backend.catalog import actions, queries, shapes

router = Router(tags=["wishlist"], auth=auth.signed_in)


class Toggled(Schema):
    model_config = example({"message": "Product added to wishlist", "in_wishlist": True})

    message: str
    in_wishlist: bool


class WishedProduct(Schema):
    id: UUID
    name: str
    slug: str
    price: str
    quantity: int
    is_in_stock: bool


class Wish(Schema):
    model_config = example(
        {
            "product": {
                "id": "aa0e8400-e29b-41d4-a716-446655440005",
                "name": 'MacBook Pro 16"',
                "slug": "macbook-pro-16",
                "price": "2499.99",
                "quantity": 15,
                "is_in_stock": True,
            },
            "added_at": "2024-12-01T10:30:00.000000Z",
        }
    )

    product: WishedProduct
    added_at: str


@router.get("/wishlist/me/", response=responses({200: Page[Wish]}, also=(401, 404)), summary="My wishlist")
def wishlist(request: auth.Request, query: Query[PageQuery]) -> dict[str, Any]:
    """The newest wish first; products that went off sale are left out."""
    rows = queries.wishes_of(request.auth.pk)
    return page_of(request=request, rows=rows, query=query, shape=shapes.wish_json)


@router.post(
    "/{slug}/wishlist/",
    response=responses({200: Toggled, 201: Toggled}, also=(401, 404)),
    summary="Wish for a product, or no longer",
)
def toggle(request: auth.Request, slug: str) -> Status[dict[str, Any]]:
    if actions.toggle_wish(user=request.auth, slug=slug, now=timezone.now()):
        return Status(201, {"message": "Product added to wishlist", "in_wishlist": True})
    return Status(200, {"message": "Product removed from wishlist", "in_wishlist": False})
