"""Who somebody is."""

from datetime import datetime

from backend.accounts import tokens
from backend.accounts.models import Session, User


def bearer(*, token: str, now: datetime) -> tuple[User, Session]:
    """The user and sign-in behind an access token, in one query. Raises ExpiredToken or InvalidToken."""
    claims = tokens.verify(token=token, kind="access", now=now)
    session = (
        Session.objects.select_related("user")
        .filter(pk=claims.session_id, user_id=claims.user_id, ended_at__isnull=True, user__is_active=True)
        .first()
    )
    if session is None:
        raise tokens.InvalidToken
    return session.user, session
