"""JSON as PostgreSQL can keep it: no NUL, no lone surrogate, no NaN."""

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from backend.core.errors import invalid_field


class StrictParser(Parser):
    """UTF-8 only, and without what valid JSON may carry and no text column can hold."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(request.body.decode(), parse_constant=_no_constant)
        if not isinstance(data, dict):  # Ninja would take a list for an object without any of its fields
            raise ValueError("a body is an object")
        _check(data)
        return data

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        for name, values in data.lists():
            if any(isinstance(value, str) and not _is_storable(value) for value in values):
                raise invalid_field(name, "This text can't be used.")
        return super().parse_querydict(data, list_fields, request)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check(value: Any) -> None:
    if isinstance(value, str) and not _is_storable(value):
        raise ValueError("text with a NUL or a lone surrogate")
    if isinstance(value, dict):
        for key, inner in value.items():
            _check(key)
            _check(inner)
    if isinstance(value, list):
        for inner in value:
            _check(inner)


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
