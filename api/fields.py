"""What people type into forms, with the bounds of the columns that keep it."""

import re
import unicodedata
from typing import Annotated

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo

PHONE = re.compile(r"\+?[0-9(][0-9 ().-]{5,18}")
FEWEST_DIGITS = 6
BREAKS = ("Cc", "Zl", "Zp")


def _email(text: str) -> str:
    # ASCII only: letters that look alike or fold together must not pass for somebody else's address.
    try:
        validate_email(text if text.isascii() else "")
    except ValidationError as error:
        raise ValueError("Enter a valid email address.") from error
    return text.lower()


def _phone(text: str) -> str:
    if text and (not PHONE.fullmatch(text) or sum(map(str.isdigit, text)) < FEWEST_DIGITS):
        raise ValueError("Enter a valid phone number.")
    return text


def _one_line(text: str) -> str:
    if any(unicodedata.category(letter) in BREAKS for letter in text):
        raise ValueError("Use one line of text.")
    return text


def must_match(value: str, info: ValidationInfo, name: str) -> str:
    """For the validator of a repeated password: refuse it unless it equals the field `name`."""
    if name in info.data and info.data[name] != value:
        raise ValueError("Passwords must match.")
    return value


Email = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, max_length=254),
    AfterValidator(_email),
    Field(examples=["user@example.com"], json_schema_extra={"format": "email"}),
]
Phone = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, max_length=20),
    AfterValidator(_phone),
    Field(examples=["+1234567890"]),
]
Password = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=128),
    Field(examples=["SecurePass123!"], json_schema_extra={"format": "password"}),
]
MailToken = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=200),
    Field(examples=["b3Blbi1zZXNhbWU"]),
]
Jwt = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=4096),
    Field(examples=["eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9..."]),
]
Name = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, max_length=100),
    AfterValidator(_one_line),
]


def _line(longest: int) -> StringConstraints:
    return StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=longest)


Line20 = Annotated[str, _line(20), AfterValidator(_one_line)]
Line100 = Annotated[str, _line(100), AfterValidator(_one_line)]
Line200 = Annotated[str, _line(200), AfterValidator(_one_line)]
Line255 = Annotated[str, _line(255), AfterValidator(_one_line)]
