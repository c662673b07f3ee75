"""Who somebody is, and where they live."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.accounts import endings, tokens
from backend.accounts.models import Address, Session, User
from backend.core import rows
from backend.core.errors import Denied, Missing

_ENDED = """
SELECT id FROM unnest(%(asked)s::uuid[]) AS asked (id) WHERE NOT EXISTS (
    SELECT FROM accounts_session AS session JOIN accounts_user AS holder ON holder.id = session.user_id
    WHERE session.id = asked.id AND session.ended_at IS NULL AND holder.is_active)
"""


def bearer(*, token: str, now: datetime) -> tuple[User, UUID]:
    """The user and sign-in behind an access token, in one query. Raises ExpiredToken or InvalidToken."""
    user, session = _signed_in(tokens.verify(token=token, kind="access", now=now))
    return user, session.pk


def told_bearer(*, token: str, now: datetime) -> tuple[User, UUID]:
    """The user and sign-in of an access token, by its word: one query a second, for who has signed out.

    What the token does not tell of the user is read when it is asked for. Raises ExpiredToken, InvalidToken,
    or the database's Error.
    """
    claims = tokens.verify(token=token, kind="access", now=now)
    if endings.of_this_process.includes(claims.session_id, now=now):
        raise tokens.InvalidToken
    return _told(claims), claims.session_id


def refresher(*, token: str, now: datetime) -> tuple[User, Session]:
    """The user and sign-in behind a refresh token. Raises ExpiredToken or InvalidToken."""
    return _signed_in(tokens.verify(token=token, kind="refresh", now=now))


def signed_in(*, user_id: UUID, session_id: UUID) -> tuple[User, Session]:
    """The user and their sign-in, if both are still good. Raises InvalidToken."""
    session = (
        Session.objects.select_related("user")
        .filter(pk=session_id, user_id=user_id, ended_at__isnull=True, user__is_active=True)
        .first()
    )
    if session is None:
        raise tokens.InvalidToken
    return session.user, session


def ended_among(session_ids: Collection[UUID]) -> set[UUID]:
    """Those of the sign-ins that have ended, or whose users are not active: mostly none, of thousands."""
    return {session_id for (session_id,) in rows.fetch(_ENDED, asked=list(session_ids))}


def users_signed_in(session_ids: Collection[UUID]) -> dict[UUID, User]:
    """The users of those sign-ins that have not ended, if they are active, in one query."""
    live = Session.objects.filter(pk__in=session_ids, ended_at__isnull=True, user__is_active=True)
    return {session.pk: session.user for session in live.select_related("user")}


def _signed_in(claims: tokens.Claims) -> tuple[User, Session]:
    return signed_in(user_id=claims.user_id, session_id=claims.session_id)


def _told(claims: tokens.Claims) -> User:
    told = {"id": claims.user_id, "email": claims.email, "is_staff": claims.is_staff, "is_active": True}
    names = [field.attname for field in User._meta.concrete_fields if field.attname in told]
    return User.from_db("default", names, [told[name] for name in names])


def address_of(*, user_id: UUID, address_id: UUID) -> Address:
    """The user's address. Raises Missing, or Denied for somebody else's."""
    address = Address.objects.filter(pk=address_id).first()
    if address is None:
        raise Missing("There is no such address")
    if address.user_id != user_id:
        raise Denied
    return address


def addresses_by_id(*, user_id: UUID, address_ids: Sequence[UUID]) -> list[Address]:
    """The user's addresses as they are named, in one query. Raises Missing, or Denied for somebody else's."""
    rows_found = rows.select(Address, "id = ANY(%(ids)s)", ids=list(address_ids))
    found = {address.pk: address for address in rows_found}
    if not found.keys() >= set(address_ids):
        raise Missing("There is no such address")
    if any(address.user_id != user_id for address in found.values()):
        raise Denied
    return [found[address_id] for address_id in address_ids]


def addresses_of(user_id: UUID) -> QuerySet[Address]:
    """The user's addresses: defaults first, then the newest."""
    return Address.objects.filter(user_id=user_id).order_by("-is_default", "-created_at", "id")


def by_id(user_id: UUID) -> User:
    """The user. Raises Missing."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise Missing("There is no such user")
    return user


def search(text: str) -> QuerySet[User]:
    """Users whose e-mail or name contains every word of the text, by e-mail."""
    found = User.objects.order_by("email")
    for word in text.split():
        found = found.filter(
            Q(email__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word)
        )
    return found


def lock_user(user_id: UUID) -> User:
    """The user, locked while the transaction lasts; orders may still refer to them. Raises Missing."""
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None:
        raise Missing("There is no such user")
    return user


def staff_to_mail() -> list[str]:
    """Addresses of active staff who want mail about low stock."""
    staff = User.objects.filter(is_staff=True, is_active=True, wants_stock_mail=True)
    return list(staff.order_by("email").values_list("email", flat=True))
