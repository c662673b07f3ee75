"""Stripe's form encoding: `metadata[order_id]=7&expand[0]=latest_charge` becomes nested dicts and lists."""

import re
from typing import Any
from urllib.parse import parse_qsl

from backend.devstack.stripe_sandbox import errors

_KEY = re.compile(r"[^\[\]]+|\[\]")


def parse(text: str) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *path, leaf = _KEY.findall(name) or [name]
        place = root
        for part in path:
            place = _folder(place, part)
        place[str(len(place)) if leaf == "[]" else leaf] = value
    return {name: _with_lists(value) for name, value in root.items()}


def refuse_unknown(params: dict[str, Any], *, known: frozenset[str]) -> None:
    for name in params:
        if name not in known:
            raise errors.unknown_parameter(name)


def text(params: dict[str, Any], name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str) or not value:
        raise errors.missing_parameter(name)
    return value


def integer(params: dict[str, Any], name: str) -> int:
    value = text(params, name)
    if re.fullmatch(r"-?\d{1,18}", value) is None:
        raise errors.Refused(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def is_true(params: dict[str, Any], name: str) -> bool:
    return params.get(name) == "true"


def _folder(place: dict[str, Any], part: str) -> dict[str, Any]:
    inner = place.setdefault(part, {})
    if not isinstance(inner, dict):
        raise errors.Refused(f"Invalid object: {part}", param=part)
    return inner


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_with_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _with_lists(inner) for key, inner in value.items()}
