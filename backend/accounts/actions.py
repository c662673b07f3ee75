"""What people do with their accounts."""

from datetime import datetime

from django.conf import settings

from backend.accounts.models import Session, User


def open_session(*, user: User, now: datetime) -> Session:
    """Sign the user in for `JWT_REFRESH_DAYS`; the caller has checked who they are."""
    return Session.objects.create(user=user, created_at=now, expires_at=now + settings.JWT_REFRESH)
