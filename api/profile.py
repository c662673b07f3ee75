"""The signed-in user: /api/v1/auth/me/ and its addresses."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import ConfigDict, Field, StrictBool
from pydantic.config import JsonDict

from api import auth, fields
from api.pagination import Page, PageQuery, page_of
from api.responses import responses
from backend.accounts import actions, addresses, queries, shapes

router = Router(tags=["auth"], auth=auth.looked_up)

AddressType = Literal["shipping", "billing", "other"]
EXAMPLE: JsonDict = {
    "address_type": "billing",
    "full_name": "John Doe",
    "phone_number": "+1234567890",
    "street_address": "456 Oak Ave",
    "apartment": None,
    "city": "Los Angeles",
    "state": "CA",
    "country": "USA",
    "zip_code": "90001",
    "is_default": False,
}


class ProfileOut(Schema):
    """The user as they see themselves."""

    id: UUID
    email: str = Field(examples=["user@example.com"])
    first_name: str = Field(examples=["John"])
    last_name: str = Field(examples=["Doe"])
    phone_number: str = Field(examples=["+1234567890"])
    is_verified: bool
    created_at: Annotated[str, Field(examples=["2024-12-01T10:30:00.000000Z"])]


class ProfileIn(Schema):
    """What is left out stays as it is; the e-mail can't be changed."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"first_name": "Jane", "last_name": "Smith", "phone_number": "+0987654321"}
        }
    )
    first_name: fields.Name | None = None
    last_name: fields.Name | None = None
    phone_number: fields.Phone | None = None


class AddressIn(Schema):
    """A new address."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})
    address_type: AddressType
    full_name: fields.Line200
    phone_number: fields.Phone = ""
    street_address: fields.Line255
    apartment: fields.Name | None = None
    city: fields.Line100
    state: fields.Name = ""
    country: fields.Line100
    zip_code: fields.Line20
    is_default: StrictBool = False


class AddressChange(Schema):
    """What is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})
    address_type: AddressType = "shipping"
    full_name: fields.Line200 = ""
    phone_number: fields.Phone = ""
    street_address: fields.Line255 = ""
    apartment: fields.Name | None = None
    city: fields.Line100 = ""
    state: fields.Name = ""
    country: fields.Line100 = ""
    zip_code: fields.Line20 = ""
    is_default: StrictBool = False


class AddressOut(Schema):
    """An address of the user's book."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "770e8400-e29b-41d4-a716-446655440002",
                **EXAMPLE,
                "created_at": "2024-12-02T14:45:00.000000Z",
            }
        }
    )
    id: UUID
    address_type: AddressType
    full_name: str
    phone_number: str
    street_address: str
    apartment: str | None
    city: str
    state: str
    country: str
    zip_code: str
    is_default: bool
    created_at: str


@router.get("/", response=responses({200: ProfileOut}, also=(401,)), summary="See the profile")
def see(request: Any) -> Any:
    """The user behind the token."""
    return shapes.profile_json(request.auth)


@router.put("/", response=responses({200: ProfileOut}, also=(401,)), summary="Change the profile")
def change(request: Any, payload: ProfileIn) -> Any:
    """Names and phone number."""
    user = actions.update_profile(
        user_id=request.auth.pk,
        first_name=payload.first_name,
        last_name=payload.last_name,
        phone_number=payload.phone_number,
        now=timezone.now(),
    )
    return shapes.profile_json(user)


@router.get(
    "/addresses/",
    response=responses({200: Page[AddressOut]}, also=(401, 404)),
    summary="List the addresses",
)
def list_addresses(request: Any, query: Query[PageQuery]) -> Any:
    """Defaults first, then the newest."""
    rows = queries.addresses_of(request.auth.pk)
    return page_of(request=request, rows=rows, query=query, shape=shapes.saved_address_json)


@router.post(
    "/addresses/",
    response=responses({201: AddressOut}, also=(401,)),
    summary="Add an address",
)
def add_address(request: Any, payload: AddressIn) -> Any:
    """With `is_default` it takes the place of the default of its type."""
    address = addresses.add_address(user_id=request.auth.pk, fields=payload.model_dump(), now=timezone.now())
    return Status(201, shapes.saved_address_json(address))


@router.put(
    "/addresses/{uuid:address_id}/",
    response=responses({200: AddressOut}, also=(401, 403, 404)),
    summary="Change an address",
)
def change_address(request: Any, address_id: UUID, payload: AddressChange) -> Any:
    """Orders that were placed keep the address as it was."""
    address = addresses.change_address(
        user_id=request.auth.pk, address_id=address_id, fields=payload.model_dump(exclude_unset=True)
    )
    return shapes.saved_address_json(address)


@router.delete(
    "/addresses/{uuid:address_id}/",
    response=responses({204: None}, also=(401, 403, 404)),
    summary="Delete an address",
)
def remove_address(request: Any, address_id: UUID) -> Any:
    """Orders that were placed keep their copy."""
    addresses.remove_address(user_id=request.auth.pk, address_id=address_id)
    return Status(204, None)
