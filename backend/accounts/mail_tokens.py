"""Secrets that go out by mail and come back once: to confirm an e-mail, to choose a new password."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet

from backend.accounts import actions, passwords, queries
from backend.accounts.models import MailToken, User
from backend.core import transactions
from backend.core.errors import Invalid
from backend.outbox import actions as outbox

VERIFY, RESET = MailToken.Purpose.VERIFY, MailToken.Purpose.RESET
LIFETIMES = {VERIFY: timedelta(days=3), RESET: timedelta(hours=1)}
SECRET_BYTES = 24


class WrongMailToken(Invalid):
    """The token is not one of ours, too old, or used."""

    def __init__(self) -> None:
        super().__init__(details={"token": ["This link is invalid, has expired or was used before."]})


@dataclass(frozen=True)
class Issued:
    """A token to be mailed; the secret lives here and in the mail, nowhere else."""

    id: UUID
    email: str
    secret: str = field(repr=False)


def ask_for_verification(*, email: str, now: datetime) -> None:
    """Have the mail sent again. Neither the answer nor its time tells whether there is anybody to mail."""
    _ask(event="account.verification_asked", email=email, now=now)


def ask_for_reset(*, email: str, now: datetime) -> None:
    """Have a mail sent with which its owner may choose a new password; tells as little."""
    _ask(event="account.reset_asked", email=email, now=now)


@transactions.retried
def _ask(*, event: str, email: str, now: datetime) -> None:
    outbox.publish_internally(event=event, data={"email": email.lower()}, now=now)


def issue_verification(*, email: str, now: datetime) -> Issued | None:
    """A token to confirm the e-mail; None where nobody waits for one. Older ones die."""
    return _issue(users=User.objects.filter(email=email, is_verified=False), purpose=VERIFY, now=now)


def issue_reset(*, email: str, now: datetime) -> Issued | None:
    """A token to choose a new password; None where there is no active account. Older ones die."""
    return _issue(users=User.objects.filter(email=email), purpose=RESET, now=now)


@transactions.retried
def _issue(*, users: QuerySet[User], purpose: MailToken.Purpose, now: datetime) -> Issued | None:
    """Locks the user, so that of several tokens issued at once the last one lives."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    user = users.filter(is_active=True).select_for_update(no_key=True).first()
    if user is None:
        return None
    MailToken.objects.filter(user=user, purpose=purpose, used_at__isnull=True).delete()
    row = MailToken.objects.create(
        user=user,
        purpose=purpose,
        digest=_digest(secret),
        created_at=now,
        expires_at=now + LIFETIMES[purpose],
    )
    return Issued(id=row.pk, email=user.email, secret=secret)


@transactions.retried
def verify_email(*, secret: str, now: datetime) -> None:
    """Confirm the e-mail to which the token was sent. Raises WrongMailToken."""
    token = _live(secret, VERIFY, now)
    queries.lock_user(token.user_id)
    _use(token, now)
    User.objects.filter(pk=token.user_id).update(is_verified=True)


def reset_password(*, secret: str, new_password: str, now: datetime) -> None:
    """Set a new password and end every session. Raises WrongMailToken; Invalid leaves the token good."""
    token = _live(secret, RESET, now)
    passwords.check_new(password=new_password, user=token.user, field="new_password")
    hashed = make_password(new_password)
    with transaction.atomic():
        queries.lock_user(token.user_id)
        _use(token, now)
        actions.set_password(user_id=token.user_id, hashed=hashed, now=now)


def _live(secret: str, purpose: MailToken.Purpose, now: datetime) -> MailToken:
    live = MailToken.objects.filter(used_at__isnull=True, expires_at__gt=now, user__is_active=True)
    token = live.select_related("user").filter(digest=_digest(secret), purpose=purpose).first()
    if token is None:
        raise WrongMailToken
    return token


def _use(token: MailToken, now: datetime) -> None:
    """The conditional UPDATE lets one user of the token win."""
    if not MailToken.objects.filter(pk=token.pk, used_at__isnull=True).update(used_at=now):
        raise WrongMailToken


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
