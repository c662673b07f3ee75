"""The address book: at most one default of each type, also under parallel requests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.accounts import queries
from backend.accounts.models import Address
from backend.core import transactions


@transactions.retried
def add_address(*, user_id: UUID, fields: Mapping[str, Any], now: datetime) -> Address:
    """Write an address into the book; as a default it replaces the one before. Locks the user."""
    queries.lock_user(user_id)
    address = Address(user_id=user_id, created_at=now, **fields)
    _save(address)
    return address


@transactions.retried
def change_address(*, user_id: UUID, address_id: UUID, fields: Mapping[str, Any]) -> Address:
    """Change the fields that are given. Locks the user. Raises Missing, or Denied for somebody else's."""
    queries.lock_user(user_id)
    address = queries.address_of(user_id=user_id, address_id=address_id)
    for name, value in fields.items():
        setattr(address, name, value)
    _save(address)
    return address


@transactions.retried
def remove_address(*, user_id: UUID, address_id: UUID) -> None:
    """Strike an address out; orders keep their own copy. Locks the user. Raises Missing, Denied."""
    queries.lock_user(user_id)
    queries.address_of(user_id=user_id, address_id=address_id).delete()


def _save(address: Address) -> None:
    if address.is_default:
        others = Address.objects.filter(user_id=address.user_id, address_type=address.address_type)
        others.filter(is_default=True).exclude(pk=address.pk).update(is_default=False)
    address.save()
