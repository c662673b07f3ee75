"""People and addresses as JSON: one maker for each shape."""

from typing import Any

from backend.accounts.models import Address, User
from backend.core import clock

SNAPSHOT_KEYS = (
    "address_type",
    "full_name",
    "phone_number",
    "street_address",
    "apartment",
    "city",
    "state",
    "country",
    "zip_code",
)


def address_json(address: Address) -> dict[str, Any]:
    """The address as an order keeps it (contract 3.1: the guide's six keys and three more)."""
    return {key: getattr(address, key) for key in SNAPSHOT_KEYS}


def saved_address_json(address: Address) -> dict[str, Any]:
    """The address as its owner's address book shows it."""
    return {
        "id": str(address.pk),
        **address_json(address),
        "is_default": address.is_default,
        "created_at": clock.text(address.created_at),
    }


def name_json(user: User) -> dict[str, Any]:
    """Who has just registered."""
    return {
        "id": str(user.pk),
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
    }


def signed_in_json(user: User) -> dict[str, Any]:
    """Who has just signed in."""
    return {**name_json(user), "is_verified": user.is_verified}


def profile_json(user: User) -> dict[str, Any]:
    """The user as they see themselves."""
    return {
        **name_json(user),
        "phone_number": user.phone_number,
        "is_verified": user.is_verified,
        "created_at": clock.text(user.created_at),
    }


def staff_user_json(user: User) -> dict[str, Any]:
    """The user as staff see them."""
    return {**profile_json(user), "is_active": user.is_active, "is_staff": user.is_staff}
