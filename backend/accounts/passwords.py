"""Which passwords will do: Django's validators, and the shop's own rule beside them."""

import re

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from backend.accounts.models import User
from backend.core.errors import Invalid

KINDS = {
    "an upper-case letter": r"[A-Z]",
    "a lower-case letter": r"[a-z]",
    "a digit": r"[0-9]",
    "a symbol": r"[^A-Za-z0-9]",
}


class FourKindsOfCharacters:
    """Upper, lower, digit and symbol must all be there (the guide's rule)."""

    def validate(self, password: str, user: object = None) -> None:
        missing = [name for name, pattern in KINDS.items() if not re.search(pattern, password)]
        if missing:
            raise ValidationError(f"Password must contain {', '.join(missing)}.", code="password_too_plain")

    def get_help_text(self) -> str:
        return "Use upper and lower case letters, digits and symbols."


def check_new(*, password: str, user: User, field: str) -> None:
    """Refuse a weak password, or one like the user's name. Raises Invalid with every reason, on the field."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(details={field: error.messages}) from error
