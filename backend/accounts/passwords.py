"""The shop's own rule for passwords, beside Django's."""

import re

from django.core.exceptions import ValidationError

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
