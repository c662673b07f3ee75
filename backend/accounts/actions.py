"""What people do with their accounts, and what staff do with them."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q

from backend.accounts import endings, passwords, queries, tokens
from backend.accounts.models import MailToken, Session, User
from backend.core import transactions
from backend.core.errors import Conflict, Denied, invalid_field
from backend.outbox import actions as outbox


class EmailTaken(Conflict):
    """Somebody has registered with this e-mail before."""

    message = "This email is already registered"


class WrongCredentials(Denied):
    """No such e-mail, or not its password, or not active: the answer does not tell which."""

    code = "invalid_credentials"
    message = "Invalid email or password"


def register(
    *, email: str, password: str, first_name: str, last_name: str, phone_number: str, now: datetime
) -> User:
    """Open an account, unverified, and ask the owner of the e-mail to confirm. Raises Invalid, EmailTaken."""
    user = User(
        email=email.lower(),
        first_name=first_name,
        last_name=last_name,
        phone_number=phone_number,
        created_at=now,
    )
    passwords.check_new(password=password, user=user, field="password")
    user.password = make_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            outbox.publish_internally(event="account.registered", data={"email": user.email}, now=now)
    except IntegrityError as error:
        raise EmailTaken(details={"email": ["This email is already registered."]}) from error
    return user


@transactions.retried
def update_profile(
    *,
    user_id: UUID,
    first_name: str | None,
    last_name: str | None,
    phone_number: str | None,
    now: datetime,
) -> User:
    """Change what is given; None leaves as it is. A name is told, since it stands under reviews."""
    given = {"first_name": first_name, "last_name": last_name, "phone_number": phone_number}
    changes = {name: value for name, value in given.items() if value is not None}
    User.objects.filter(pk=user_id).update(**changes)
    if {"first_name", "last_name"} & changes.keys():
        outbox.publish_internally(event="account.renamed", data={"user_id": str(user_id)}, now=now)
    return queries.by_id(user_id)


def sign_in(*, email: str, password: str, now: datetime) -> Session:
    """Open a session for who knows the password. Raises WrongCredentials, always after the same time."""
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        make_password(password)  # as long as a check takes, so that time does not tell who has an account
        raise WrongCredentials
    if not user.check_password(password):
        raise WrongCredentials
    with transaction.atomic():
        # The check took long enough for a password change or a deactivation to have ended every session.
        current = queries.lock_user(user.pk)
        if not current.is_active or current.password != user.password:
            raise WrongCredentials
        return open_session(user=current, now=now)


def open_session(*, user: User, now: datetime) -> Session:
    """Sign the user in for `JWT_REFRESH_DAYS`; the caller has checked who they are."""
    return Session.objects.create(user=user, created_at=now, expires_at=now + settings.JWT_REFRESH)


@transactions.retried
def sign_out(*, user_id: UUID, refresh_token: str, now: datetime) -> None:
    """End the session of the user's refresh token. Raises InvalidToken for any other, or an ended one."""
    claims = tokens.verify(token=refresh_token, kind="refresh", now=now)
    live = Session.objects.filter(pk=claims.session_id, user_id=user_id, ended_at__isnull=True)
    if not live.update(ended_at=now):
        raise tokens.InvalidToken
    _tell_session_ended(user_id=user_id, session_id=str(claims.session_id), now=now)


@transactions.retried
def end_sessions(*, user_id: UUID, now: datetime) -> None:
    """End every session of the user. The caller holds the user's lock, so that none opens meanwhile."""
    Session.objects.filter(user_id=user_id, ended_at__isnull=True).update(ended_at=now)
    _tell_session_ended(user_id=user_id, session_id=None, now=now)


def change_password(*, user_id: UUID, old_password: str, new_password: str, now: datetime) -> None:
    """Set a new password and end every session. Raises Invalid, or Conflict if another change came first."""
    user = queries.by_id(user_id)
    if not user.check_password(old_password):
        raise invalid_field("old_password", "This is not your password.")
    passwords.check_new(password=new_password, user=user, field="new_password")
    hashed = make_password(new_password)
    with transaction.atomic():
        if queries.lock_user(user_id).password != user.password:
            raise Conflict("The password has just been changed")
        set_password(user_id=user_id, hashed=hashed, now=now)


def set_password(*, user_id: UUID, hashed: str, now: datetime) -> None:
    """Keep the hashed password and end every session. The caller holds the user's lock."""
    User.objects.filter(pk=user_id).update(password=hashed)
    end_sessions(user_id=user_id, now=now)


@transactions.retried
def deactivate(*, user_id: UUID, actor: User, now: datetime) -> User:
    """Lock somebody out at once; twice is as good as once. Raises Missing, Denied (oneself; a superuser)."""
    user = queries.lock_user(user_id)
    if user.pk == actor.pk or (user.is_superuser and not actor.is_superuser):
        raise Denied("You can't deactivate this account")
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        end_sessions(user_id=user_id, now=now)
    return user


def activate(*, user_id: UUID) -> User:
    """Let somebody in again; they sign in anew. Raises Missing."""
    User.objects.filter(pk=user_id, is_active=False).update(is_active=True)
    return queries.by_id(user_id)


@transactions.retried
def set_staff(*, user_id: UUID, is_staff: bool, actor: User, now: datetime) -> User:
    """Take somebody onto the staff or off it; every session ends, since its tokens say what they were.

    Only a superuser may, and not with themselves. Raises Missing, Denied.
    """
    if not actor.is_superuser or user_id == actor.pk:
        raise Denied("Only another superuser may change who is staff")
    user = queries.lock_user(user_id)
    if user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])
        end_sessions(user_id=user_id, now=now)
    return user


def prune(*, now: datetime) -> int:
    """Forget sessions and mail tokens that no one can use any more; returns how many."""
    over = Q(expires_at__lt=now) | Q(ended_at__lt=now - endings.KEPT)
    sessions = Session.objects.filter(over).delete()[0]
    return sessions + MailToken.objects.filter(expires_at__lt=now).delete()[0]


def _tell_session_ended(*, user_id: UUID, session_id: str | None, now: datetime) -> None:
    endings.of_this_process.doubt_after_commit()
    data = {"user_id": str(user_id), "session_id": session_id}
    outbox.publish(topic=f"user:{user_id}", event="session.ended", version=0, data=data, now=now)
