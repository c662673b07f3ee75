"""The customer's cart over REST."""

from typing import Annotated, Any
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema, Status
from pydantic import StrictInt

from api import auth
from api.examples import example
from api.responses import responses
from backend.cart import actions, lines, queries, shapes

router = Router(tags=["cart"], auth=auth.signed_in)
Units = Annotated[StrictInt, Field(gt=0, le=actions.MOST_UNITS, examples=[2])]

ITEM = {
    "id": "ff0e8400-e29b-41d4-a716-446655440010",
    "product": {
        "id": "aa0e8400-e29b-41d4-a716-446655440005",
        "name": 'MacBook Pro 16"',
        "slug": "macbook-pro-16",
    },
    "variant": {
        "id": "cc0e8400-e29b-41d4-a716-446655440007",
        "name": "16GB RAM - 512GB SSD",
        "sku": "MBPRO-16-512",
    },
    "quantity": 1,
    "price": "2499.99",
    "total_price": "2499.99",
    "price_changed": False,
}


class CartProduct(Schema):
    id: UUID
    name: str
    slug: str


class CartVariant(Schema):
    id: UUID
    name: str
    sku: str


class Item(Schema):
    """One line; `price` is today's, and `price_changed` tells that it was another when the line was added."""

    model_config = example(ITEM)

    id: UUID
    product: CartProduct
    variant: CartVariant | None
    quantity: int
    price: str
    total_price: str
    price_changed: bool


class Cart(Schema):
    """The cart; `total_items` counts units."""

    model_config = example(
        {
            "id": "ee0e8400-e29b-41d4-a716-446655440009",
            "items": [ITEM],
            "total_items": 1,
            "subtotal": "2499.99",
            "created_at": "2024-12-01T10:30:00.000000Z",
            "updated_at": "2024-12-02T15:30:00.000000Z",
        }
    )

    id: UUID
    items: list[Item]
    total_items: int
    subtotal: str
    created_at: str
    updated_at: str


class AddItem(Schema):
    """A product with variants needs `variant_id`."""

    product_id: UUID
    variant_id: UUID | None = None
    quantity: Units = 1


class SetQuantity(Schema):
    quantity: Units


class Accumulated(Schema):
    """The line was there already; its quantity is now the sum."""

    message: str = Field(examples=["Item quantity updated"])
    id: UUID
    quantity: int
    total_price: str = Field(examples=["9999.96"])


class Message(Schema):
    message: str = Field(examples=["Cart cleared successfully"])


@router.get("/", response=responses({200: Cart}, also=(401,)), summary="My cart")
def cart(request: auth.Request) -> dict[str, Any]:
    found = queries.cart_of(user_id=request.auth.pk, now=timezone.now())
    return shapes.cart_json(found, lines.of([found.pk]))


@router.post(
    "/items/", response=responses({200: Accumulated, 201: Item}, also=(401, 404)), summary="Put something in"
)
def add_item(request: auth.Request, payload: AddItem) -> Status[dict[str, Any]]:
    item, is_new = actions.add_item(user_id=request.auth.pk, now=timezone.now(), **payload.dict())
    shown = shapes.item_json(item)
    if is_new:
        return Status(201, shown)
    kept = {key: shown[key] for key in ("id", "quantity", "total_price")}
    return Status(200, {"message": "Item quantity updated", **kept})


@router.put(
    "/items/{uuid:item_id}/",
    response=responses({200: Item}, also=(401, 403, 404)),
    summary="Change a line's quantity",
)
def set_quantity(request: auth.Request, item_id: UUID, payload: SetQuantity) -> dict[str, Any]:
    item = actions.set_quantity(
        user_id=request.auth.pk, item_id=item_id, quantity=payload.quantity, now=timezone.now()
    )
    return shapes.item_json(item)


@router.delete(
    "/items/{uuid:item_id}/",
    response=responses({204: None}, also=(401, 403, 404)),
    summary="Take a line out",
)
def remove_item(request: auth.Request, item_id: UUID) -> Status[None]:
    actions.remove_item(user_id=request.auth.pk, item_id=item_id, now=timezone.now())
    return Status(204, None)


@router.post("/clear/", response=responses({200: Message}, also=(401,)), summary="Empty the cart")
def clear(request: auth.Request) -> dict[str, str]:
    actions.clear(user_id=request.auth.pk, now=timezone.now())
    return {"message": "Cart cleared successfully"}
