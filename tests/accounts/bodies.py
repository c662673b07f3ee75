"""What is sent and read back again and again in these tests."""

import re

from django.core import mail

PASSWORD = "Secret-pass-1!"
NEW_PASSWORD = "Other-pass-2?"
REGISTER = {
    "email": "new@example.com",
    "password": "SecurePass123!",
    "password_confirm": "SecurePass123!",
    "first_name": "John",
    "last_name": "Doe",
    "phone_number": "+1234567890",
}
ADDRESS = {
    "address_type": "billing",
    "full_name": "John Doe",
    "phone_number": "+1234567890",
    "street_address": "456 Oak Ave",
    "city": "Los Angeles",
    "state": "CA",
    "country": "USA",
    "zip_code": "90001",
    "is_default": False,
}
ADDRESSES = "auth/me/addresses/"
NOT_AUTHENTICATED = {"error": "Sign in first", "code": "not_authenticated", "details": None}
INVALID_TOKEN = {"error": "Token is invalid or expired", "code": "invalid_token", "details": None}
DENIED = {
    "error": "You do not have permission to do this",
    "code": "permission_denied",
    "details": None,
}


def invalid(**details):
    """The body of a 400."""
    return {"error": "Invalid input", "code": "validation_error", "details": details}


def mailed_token():
    """The token of the newest mail's link."""
    return re.search(r"\?token=(\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]
